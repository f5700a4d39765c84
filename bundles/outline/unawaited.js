// Calls of apiClient whose promise is used as if it were the answer, or by nobody.
import { bare, isFunction, memberOf, nameOf, placeOf, walk } from "./nodes.js";

const CLIENTS = ["apiClient", "externalApiClient", "internalApiClient", "engineApiClient"];
const VERBS = new Set(["get", "post", "put", "patch", "delete", "makeApiRequest"]);
const OF_PROMISES = new Set(["then", "catch", "finally"]);

// Names of the clients of a module: what patterns call them, and parameters that are declared to be one.
const clientNames = (program) => {
  const names = new Set(CLIENTS);
  walk(program, (node) => {
    const isProperty = node.type === "ObjectProperty" && node.value?.type === "Identifier";
    if (isProperty && CLIENTS.includes(nameOf(node.key, node.computed))) names.add(node.value.name);
    if (node.type === "Identifier" && node.typeAnnotation?.typeAnnotation?.typeName?.name === "ApiClient") names.add(node.name);
  });
  return names;
};

const callFinder = (program) => {
  const names = clientNames(program);
  const isClient = (node) => (node.type === "Identifier" ? names.has(node.name) : CLIENTS.includes(memberOf(node)));
  return (given) => {
    const node = bare(given);
    if (!/^(?:Optional)?CallExpression$/.test(node?.type)) return undefined;
    const verb = memberOf(node.callee);
    const { object } = node.callee;
    const calls = VERBS.has(verb) ? isClient(object) : verb === "api" && object.type === "Identifier" && object.name === "membrane";
    return calls ? node : undefined;
  };
};

const valuesReturned = (node) => {
  const given = bare(node.type === "ReturnStatement" ? node.argument : node.type === "ArrowFunctionExpression" ? node.body : undefined);
  return given?.type === "ObjectExpression" ? given.properties.map(({ value }) => value).filter(Boolean) : [];
};

// Expressions whose value is used in a way that makes no sense for a promise.
function* usedAsAnswers(node) {
  const member = /^(?:Optional)?MemberExpression$/.test(node.type) && !OF_PROMISES.has(memberOf(node));
  if (member) yield node.object;
  if (node.type === "ExpressionStatement") yield node.expression;
  if (node.type === "VariableDeclarator" && /^(?:Object|Array)Pattern$/.test(node.id.type)) yield node.init;
  if (node.type === "ForOfStatement" && !node.await) yield node.right;
  if (node.type === "SpreadElement" || (node.type === "UnaryExpression" && node.operator === "!")) yield node.argument;
  yield* valuesReturned(node);
}

// The calls that constants of a function, or of the module, hold.
const heldCalls = (scope, callIn) => {
  const held = new Map();
  walk(scope, (node) => {
    if (node !== scope && isFunction(node)) return false;
    if (node.type !== "VariableDeclaration" || node.kind !== "const") return true;
    for (const { id, init } of node.declarations) if (id.type === "Identifier" && callIn(init)) held.set(id.name, callIn(init));
    return true;
  });
  return held;
};

// Whether a function inside the one with the constants has a parameter of the same name as one of them.
const shadows = (node, held) => {
  let found = false;
  for (const parameter of node.params ?? []) {
    walk(parameter, (inner) => {
      found ||= inner.type === "Identifier" && held.has(inner.name);
    });
  }
  return found;
};

export const unawaitedCalls = (program) => {
  const callIn = callFinder(program);
  const found = new Set();
  const addThose = (node, callOf) => {
    for (const used of usedAsAnswers(node)) {
      const call = callOf(bare(used));
      if (call) found.add(call);
    }
  };
  walk(program, (scope) => {
    addThose(scope, callIn);
    if (scope !== program && !isFunction(scope)) return;
    const held = heldCalls(scope, callIn);
    if (held.size === 0) return;
    walk(scope, (node) => {
      if (node !== scope && isFunction(node) && shadows(node, held)) return false;
      addThose(node, (value) => (value?.type === "Identifier" ? held.get(value.name) : undefined));
      return true;
    });
  });
  return [...found].map((node) => {
    const { object } = node.callee;
    return { call: `${object.name ?? memberOf(object)}.${memberOf(node.callee)}`, ...placeOf(node) };
  });
};
