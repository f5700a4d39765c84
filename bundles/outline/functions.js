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
    const taking = node.type === "VariableDeclarator" && node.id.type === "ObjectPattern" && isParameter(bare(node.init));
    if (taking) taken.push(...namesInPattern(node.id));
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

const LITERAL = /^(String|Numeric|Boolean|BigInt|Template|Null)Literal$/;

const kindOf = (node) => {
  if (!node || (node.type === "Identifier" && node.name === "undefined")) return "nothing";
  if (node.type === "ArrayExpression") return "array";
  if (node.type === "ObjectExpression") return keysOf(node).includes(undefined) ? "other" : "object";
  return LITERAL.exec(node.type)?.[1].toLowerCase() ?? "other";
};

function* givenBy(expression, at) {
  const node = bare(expression);
  if (node?.type === "ConditionalExpression") {
    yield* givenBy(node.consequent, node.consequent);
    yield* givenBy(node.alternate, node.alternate);
  } else if (node?.type === "AwaitExpression") yield* givenBy(node.argument, node);
  else {
    const kind = kindOf(node);
    yield { kind, keys: kind === "object" ? keysOf(node) : [], ...placeOf(node ?? at) };
  }
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
