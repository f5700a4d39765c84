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

export const isFunction = (node) =>
  /^(?:FunctionDeclaration|FunctionExpression|ArrowFunctionExpression|ObjectMethod|ClassMethod|ClassPrivateMethod)$/.test(node?.type);

export const placeOf = ({ loc }) => ({ line: loc.start.line, column: loc.start.column + 1 });

// The children of a node in the order of the source, types left out.
export function* childrenOf(node) {
  for (const [key, value] of Object.entries(node)) {
    if (NOT_NODES.has(key)) continue;
    for (const child of Array.isArray(value) ? value : [value]) {
      if (typeof child?.type === "string" && child.loc && !isType(child)) yield child;
    }
  }
}

// `visit(node, parents)` for a node and all below it; below those for which it gives false it does not go.
export const walk = (node, visit, parents = []) => {
  if (visit(node, parents) === false) return;
  const above = [...parents, node];
  for (const child of childrenOf(node)) walk(child, visit, above);
};

// The expression without what surrounds it and leaves its value.
export const bare = (node) => {
  let inner = node;
  while (inner && (/^TS(?:As|Satisfies|NonNull|Instantiation)Expression$|^TSTypeAssertion$|^ParenthesizedExpression$/.test(inner.type))) inner = inner.expression;
  return inner;
};

// The name of a property or a member, where it is written as such.
export const nameOf = (key, computed = false) => {
  if (!computed && key.type === "Identifier") return key.name;
  return key.type === "StringLiteral" ? key.value : undefined;
};

export const memberOf = (node) =>
  /^(?:Optional)?MemberExpression$/.test(node?.type) ? nameOf(node.property, node.computed) : undefined;
