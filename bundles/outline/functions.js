// What a function takes and gives.
import { bare, isFunction, memberOf, nameOf, placeOf, walk } from "./nodes.js";

const namesInPattern = (pattern) =>
  pattern.properties
    .filter(({ type }) => type === "ObjectProperty")
    .map((property) => ({ name: nameOf(property.key, property.computed), ...placeOf(property) }))
    .filter(({ name }) => name !== undefined);

// Properties that the body takes of the parameter `name`.
const namesTaken = (body, name) => {
  const isParameter = (node) => node?.type === "Identifier" && node.name === name;
  const taken = [];
  walk(body, (node) => {
    const member = memberOf(node);
    if (member !== undefined && isParameter(node.object)) taken.push({ name: member, ...placeOf(node.property) });
    if (node.type === "VariableDeclarator" && node.id.type === "ObjectPattern" && isParameter(bare(node.init))) taken.push(...namesInPattern(node.id));
  });
  return taken;
};

const argumentsOf = ({ params, body }) => {
  const [first] = params;
  const pattern = first?.type === "AssignmentPattern" ? first.left : first;
  if (pattern?.type === "ObjectPattern") return namesInPattern(pattern);
  return pattern?.type === "Identifier" ? namesTaken(body, pattern.name) : [];
};

const keysOf = (object) => object.properties.map((property) => property.key && nameOf(property.key, property.computed));

function* givenBy(expression, at) {
  const node = bare(expression);
  if (!node || (node.type === "Identifier" && node.name === "undefined")) yield { kind: "nothing", keys: [], ...placeOf(at) };
  else if (node.type === "ConditionalExpression") {
    yield* givenBy(node.consequent, node.consequent);
    yield* givenBy(node.alternate, node.alternate);
  } else if (node.type === "AwaitExpression") yield* givenBy(node.argument, node);
  else if (node.type === "ObjectExpression") {
    const keys = keysOf(node);
    yield { kind: keys.includes(undefined) ? "other" : "object", keys: keys.filter((key) => key !== undefined), ...placeOf(node) };
  } else if (node.type === "ArrayExpression") yield { kind: "array", keys: [], ...placeOf(node) };
  else if (node.type === "NullLiteral") yield { kind: "null", keys: [], ...placeOf(node) };
  else if (/^(?:String|Numeric|Boolean|BigInt|Template)Literal$/.test(node.type)) yield { kind: node.type.replace("Literal", "").toLowerCase(), keys: [], ...placeOf(node) };
  else yield { kind: "other", keys: [], ...placeOf(node) };
}

const returnsOf = ({ body }) => {
  if (body.type !== "BlockStatement") return [...givenBy(body, body)];
  const returns = [];
  walk(body, (node) => {
    if (node.type === "ReturnStatement") returns.push(...givenBy(node.argument, node));
    return !isFunction(node);
  });
  return returns;
};

// Whether the end of the body is out of reach, as far as its last statement shows.
const neverEnds = ({ body }) => {
  const last = body.type === "BlockStatement" ? body.body.at(-1) : undefined;
  return last?.type === "ThrowStatement" || (/^(?:For|While)Statement$/.test(last?.type) && (!last.test || last.test.value === true));
};

export const functionFacts = (node) => ({
  generator: node.generator === true,
  arguments: argumentsOf(node),
  returns: returnsOf(node),
  neverEnds: neverEnds(node),
  ...placeOf(node),
});
