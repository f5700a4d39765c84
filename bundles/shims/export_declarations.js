// sucrase takes `export const a = 1, b = 2` for a declaration of `a` alone. Where one declares several names, they are exported as
// `const a = 1, b = 2; export { a, b }` would do it, which sucrase understands.
import CJSImportProcessor from "sucrase/dist/esm/CJSImportProcessor.js";
import { isDeclaration } from "sucrase/dist/esm/parser/tokenizer/index.js";
import { TokenType as tt } from "sucrase/dist/esm/parser/tokenizer/types.js";
import CJSImportTransformer from "sucrase/dist/esm/transformers/CJSImportTransformer.js";

const opens = (token) => token.type === tt.braceL || token.type === tt.bracketL;
const closes = (token) => token.type === tt.braceR || token.type === tt.bracketR;

// The declaration whose keyword is the token at `keyword`: which tokens are its names and its equals signs, and where it ends.
const declaration = (tokens, keyword) => {
  const names = [];
  const equals = new Set();
  let several = false;
  let depth = 0;
  let end = keyword + 1;
  for (let over = false; !over; ) {
    const token = tokens[end];
    if (isDeclaration(token)) names.push(end);
    if (opens(token)) depth++;
    if (closes(token)) depth--;
    if (token.type === tt.eq) equals.add(end);
    end = token.type === tt.eq ? token.rhsEndIndex : end + 1;
    const next = tokens[end];
    if (depth > 0) continue;
    if (next.type === tt.comma) {
      several = true;
      end++;
    } else over = next.type !== tt.eq && !next.isType;
  }
  return { names, equals, several, end };
};

const preprocessVarExport = CJSImportProcessor.prototype.preprocessVarExportAtIndex;
CJSImportProcessor.prototype.preprocessVarExportAtIndex = function (index) {
  const { names, several } = declaration(this.tokens.tokens, index + 1);
  if (!several) return preprocessVarExport.call(this, index);
  for (const name of names.map((at) => this.tokens.identifierNameAtIndex(at))) this.addExportBinding(name, name);
};

const processExportVar = CJSImportTransformer.prototype.processExportVar;
CJSImportTransformer.prototype.processExportVar = function () {
  const { names, equals, several, end } = declaration(this.tokens.tokens, this.tokens.currentIndex() + 1);
  if (!several) return processExportVar.call(this);
  const exported = names.map((at) => this.tokens.identifierNameAtIndex(at));
  this.tokens.removeInitialToken();
  while (this.tokens.currentIndex() < end) {
    if (equals.has(this.tokens.currentIndex())) this.tokens.copyToken(); // no assignment, which sucrase would export by itself
    else this.rootTransformer.processToken();
  }
  this.tokens.appendCode(exported.map((name) => `; exports.${name} = ${name}`).join(""));
};
