// What a module exports, in the syntax of ES modules or of CommonJS.
import { functionFacts } from "./functions.js";
import { bare, isFunction, memberOf, nameOf, placeOf, walk } from "./nodes.js";

const LITERAL = /^(?:String|Numeric|Boolean|BigInt|Null|RegExp|Template)Literal$|^ArrayExpression$/;

// Declarations at the top of a module, by name; those of `let` and `var` may have become something else.
const declarationsOf = (program) => {
  const declared = new Map();
  for (const statement of program.body) {
    const node = /^Export(?:Named|Default)Declaration$/.test(statement.type) && statement.declaration ? statement.declaration : statement;
    for (const { id, init } of node.kind === "const" ? node.declarations : []) if (id.type === "Identifier") declared.set(id.name, init);
    if (/^(?:Function|Class)Declaration$/.test(node.type) && node.id) declared.set(node.id.name, node);
  }
  return declared;
};

// What is known of a value: a function and its facts, a class, an object and its members, something that is none of these, or nothing.
const valueFacts = (given, declared, depth = 0) => {
  const node = bare(given);
  if (node?.type === "Identifier" && declared.has(node.name) && depth < 5) return valueFacts(declared.get(node.name), declared, depth + 1);
  if (isFunction(node)) return { kind: "function", function: functionFacts(node), members: [] };
  if (/^Class(?:Declaration|Expression)$/.test(node?.type)) return { kind: "class", function: null, members: [] };
  if (node?.type === "ObjectExpression") return { kind: "object", function: null, ...membersOf(node, declared, depth) };
  if (node?.type === "NewExpression" && node.arguments[0]?.type === "ObjectExpression") {
    return { kind: "object", function: null, ...membersOf(node.arguments[0], declared, depth), open: true };
  }
  return { kind: LITERAL.test(node?.type) ? "literal" : "unknown", function: null, members: [] };
};

const membersOf = (object, declared, depth) => {
  const members = [];
  let open = false;
  for (const property of object.properties) {
    const name = property.key && nameOf(property.key, property.computed);
    if (name === undefined) open = true;
    else {
      const value = property.type === "ObjectMethod" ? property : property.value;
      members.push({ name, value: valueFacts(value, declared, depth + 1), ...placeOf(property) });
    }
  }
  return { members, open };
};

const isExports = (node) => node?.type === "Identifier" && node.name === "exports";
const isModuleExports = (node) => memberOf(node) === "exports" && node.object.type === "Identifier" && node.object.name === "module";

export const exportsOf = (program) => {
  const declared = declarationsOf(program);
  const exports = [];
  let open = false;
  const add = (name, value, at) => exports.push({ name, value: valueFacts(value, declared), ...placeOf(at) });
  const addUnknown = (name, at) => exports.push({ name, value: { kind: "unknown", function: null, members: [] }, ...placeOf(at) });

  const addDeclaration = (node) => {
    if (node.type === "VariableDeclaration") {
      for (const { id, init } of node.declarations) {
        if (id.type !== "Identifier") open = true;
        else if (node.kind === "const") add(id.name, init, id);
        else addUnknown(id.name, id);
      }
    } else if (node.id) (node.type.startsWith("TS") ? addUnknown(node.id.name ?? node.id.value, node) : add(node.id.name, node, node));
  };

  const addSpecifier = (specifier, from) => {
    const name = nameOf(specifier.exported);
    if (from || specifier.type !== "ExportSpecifier") addUnknown(name, specifier);
    else add(name, specifier.local, specifier);
  };

  const VISIT = {
    ExportAllDeclaration(node) {
      open ||= node.exportKind !== "type";
    },
    ExportDefaultDeclaration(node) {
      add("default", node.declaration, node);
    },
    ExportNamedDeclaration(node) {
      if (node.declaration) addDeclaration(node.declaration);
      for (const specifier of node.specifiers) addSpecifier(specifier, node.source);
    },
    TSExportAssignment(node) {
      add("module.exports", node.expression, node);
    },
    AssignmentExpression({ left, right }) {
      if (isModuleExports(left)) add("module.exports", right, left);
      else if (memberOf(left) !== undefined && (isExports(left.object) || isModuleExports(left.object))) add(memberOf(left), right, left);
    },
  };

  walk(program, (node, parent) => {
    VISIT[node.type]?.(node);
    if (!isExports(node) && !isModuleExports(node)) return true;
    const assigned = parent?.type === "AssignmentExpression" && parent.left === node;
    const member = memberOf(parent) !== undefined && (parent.object === node || parent.property === node);
    if (!assigned && !member) open = true; // given to somebody, who may add to it
    return true;
  });
  return { exports, open };
};
