// Nodes of the syntax tree.
const NOT_NODES = new Set(["loc", "extra", "errors", "leadingComments", "innerComments", "trailingComments", "comments", "tokens"]);

// Nodes of TypeScript that stand in for a value; all others are types.
const VALUES_OF_TYPESCRIPT = new Set([
  "TSAsExpression",
  "TSEnumBody",
  "TSEnumDeclaration",
  "TSEnumMember",
  "TSExportAssignment",
  "TSImportEqualsDeclaration",
  "TSInstantiationExpression",
  "TSModuleBlock",
  "TSModuleDeclaration",
  "TSNonNullExpression",
  "TSParameterProperty",
  "TSSatisfiesExpression",
  "TSTypeAssertion",
]);

const isType = (node) => node.type.startsWith("TS") && !VALUES_OF_TYPESCRIPT.has(node.type);

const FUNCTION = /^(?:FunctionDeclaration|FunctionExpression|ArrowFunctionExpression|ObjectMethod|ClassMethod|ClassPrivateMethod)$/;
export const isFunction = (node) => FUNCTION.test(node?.type);

export const placeOf = ({ loc }) => ({ line: loc.start.line, column: loc.start.column + 1 });

const isNode = (value) => typeof value?.type === "string" && value.loc !== undefined && !isType(value);

// `visit(node, parent)` for a node and all below it in the order of the source, types left out; below those for which it gives false it
// does not go.
export const walk = (node, visit, parent) => {
  if (visit(node, parent) === false) return;
  for (const key of Object.keys(node)) {
    const value = node[key];
    if (typeof value !== "object" || value === null || NOT_NODES.has(key)) continue;
    if (!Array.isArray(value)) {
      if (isNode(value)) walk(value, visit, node);
    } else for (const child of value) if (isNode(child)) walk(child, visit, node);
  }
};

const SURROUNDING = /^TS(?:As|Satisfies|NonNull|Instantiation)Expression$|^TSTypeAssertion$|^ParenthesizedExpression$/;

// The expression without what surrounds it and leaves its value.
export const bare = (node) => {
  let inner = node;
  while (inner && SURROUNDING.test(inner.type)) inner = inner.expression;
  return inner;
};

// The name of a property or a member, where it is written as such.
export const nameOf = (key, computed = false) => {
  if (!computed && key.type === "Identifier") return key.name;
  return key.type === "StringLiteral" ? key.value : undefined;
};

export const memberOf = (node) =>
  /^(?:Optional)?MemberExpression$/.test(node?.type) ? nameOf(node.property, node.computed) : undefined;
