// What a module imports, as far as it is left when types are erased.
import { nameOf, placeOf, walk } from "./nodes.js";

const importedName = (specifier) => {
  if (specifier.type === "ImportDefaultSpecifier") return "default";
  return specifier.type === "ImportNamespaceSpecifier" ? "*" : nameOf(specifier.imported);
};

// Names that stand for a value somewhere outside of imports: an import that is not among them was one of types.
const namesInUse = (program) => {
  const names = new Set();
  walk(program, (node) => {
    if (node.type === "ImportDeclaration") return false;
    if (node.type === "Identifier" || node.type === "JSXIdentifier") names.add(node.name);
    return true;
  });
  return names;
};

const fromDeclaration = (node, used) => {
  if (node.importKind === "type") return undefined;
  const kept = node.specifiers.filter((specifier) => specifier.importKind !== "type" && used.has(specifier.local.name));
  if (kept.length === 0 && node.specifiers.length > 0) return undefined;
  const names = kept.map((specifier) => ({ name: importedName(specifier), ...placeOf(specifier) }));
  return { module: node.source.value, names, ...placeOf(node.source) };
};

const fromExport = (node) => {
  if (!node.source || node.exportKind === "type") return undefined;
  const named = (node.specifiers ?? []).filter(({ type, exportKind }) => type === "ExportSpecifier" && exportKind !== "type");
  const names = named.map((specifier) => ({ name: nameOf(specifier.local), ...placeOf(specifier) }));
  return { module: node.source.value, names, ...placeOf(node.source) };
};

// The module that a call of `require` or `import` names.
const fromCall = (node) => {
  const dynamic = node.type === "ImportExpression" || node.callee.type === "Import";
  const [wanted] = node.type === "ImportExpression" ? [node.source] : node.arguments;
  const calls = dynamic || (node.callee.type === "Identifier" && node.callee.name === "require");
  return calls && wanted?.type === "StringLiteral" ? { module: wanted.value, names: [], ...placeOf(wanted) } : undefined;
};

const FROM = {
  CallExpression: fromCall,
  ExportAllDeclaration: fromExport,
  ExportNamedDeclaration: fromExport,
  ImportDeclaration: fromDeclaration,
  ImportExpression: fromCall,
  TSExternalModuleReference: ({ expression }) => ({ module: expression.value, names: [], ...placeOf(expression) }),
};

export const importsOf = (program) => {
  const used = namesInUse(program);
  const imports = [];
  walk(program, (node) => {
    const found = FROM[node.type]?.(node, used);
    if (found !== undefined) imports.push(found);
  });
  return imports;
};
