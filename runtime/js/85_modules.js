// A method's source file is a CommonJS module; ES modules were turned into that form before.
const modules = new Map();
const provided = new Map(); // modules of the host, by name: functions that give their exports

// The function that V8 compiled must be the whole text: source that closes it early would run outside of its module.
const addModule = (name, length, body) => {
  const compiled = FunctionToString(body);
  if (compiled.length === length) MapSet(modules, name, { __proto__: null, name, body, evaluated: undefined });
  else fail(earlyEnd(name, compiled));
};

const earlyEnd = (name, compiled) => {
  let line = 1;
  let lineStart = 0;
  for (let i = 0; i < compiled.length; i++) {
    if (StringCharCodeAt(compiled, i) !== 10) continue;
    line++;
    lineStart = i + 1;
  }
  const error = new NativeSyntaxError("Unexpected token '}'");
  error.stack = `SyntaxError: Unexpected token '}'\n    at ${name}:${line}:${compiled.length - lineStart}`;
  brand(error, { type: "custom_code", key: "syntax", data: null });
  return error;
};

const loadError = (message) => {
  const error = new NativeError(message);
  brand(error, { type: "custom_code", key: "load", data: null });
  return error;
};

const provide = (name, load) => MapSet(provided, name, { __proto__: null, load, exports: undefined });

for (const [name, names] of Object.entries(libraryModules)) {
  for (const module of names) provide(module, () => library(name).default);
}

// `node:path` is the same as `path`, and not told beside it.
const providedNames = () => {
  let text = "";
  MapForEach(provided, (_, name) => {
    if (!StringStartsWith(name, "node:")) text += `${text === "" ? "" : ", "}${name}`;
  });
  return text === "" ? "none" : text;
};

const whyMissing = (wanted) =>
  StringStartsWith(textOf(wanted), ".") ? "but there is no such file." : `which is not available. Available: ${providedNames()}.`;

const exportsOf = (found) => (found.exports ??= found.load());

// What `lodash/get` means; undefined where there is no such member.
const memberOf = (wanted) => {
  const slash = StringIndexOf(wanted, "/");
  const name = slash < 0 ? "" : StringSlice(wanted, 0, slash);
  if (!ObjectHasOwn(modulesWithMembers, name)) return undefined;
  const exported = exportsOf(MapGet(provided, name));
  const member = StringSlice(wanted, slash + 1);
  return ObjectHasOwn(exported, member) ? exported[member] : undefined;
};

const requireFor = (module) => {
  const require = (wanted) => {
    const found = MapGet(provided, wanted);
    if (found !== undefined) return exportsOf(found);
    const member = memberOf(textOf(wanted));
    if (member !== undefined) return member;
    const links = ObjectHasOwn(run.links, module.name) ? run.links[module.name] : {};
    if (ObjectHasOwn(links, wanted)) return evaluateModule(MapGet(modules, links[wanted]));
    throw withFramesOf(loadError(`${module.name} imports '${textOf(wanted)}', ${whyMissing(wanted)}`), takeSite(require));
  };
  return require;
};

const evaluateModule = (module) => {
  if (module.evaluated === undefined) {
    const moduleObject = { exports: {} };
    module.evaluated = moduleObject;
    ReflectApply(module.body, moduleObject.exports, [moduleObject.exports, requireFor(module), moduleObject]);
  }
  return module.evaluated.exports;
};

const candidatesOf = (exported, names) => {
  const found = list();
  const add = (how, value, self) => {
    if (typeof value !== "function") return;
    for (let i = 0; i < found.length; i++) if (found[i].value === value) return;
    push(found, { __proto__: null, how, value, self });
  };
  add("module.exports", exported, undefined);
  if (!isObject(exported)) return found;
  add("the default export", exported.default, undefined);
  for (let i = 0; i < names.length; i++) add(`the export '${names[i]}'`, exported[names[i]], undefined);
  const keys = ObjectKeys(exported);
  if (found.length === 0) {
    const functions = list();
    for (let i = 0; i < keys.length; i++) if (typeof exported[keys[i]] === "function") push(functions, keys[i]);
    if (functions.length === 1) add(`the export '${functions[0]}'`, exported[functions[0]], undefined);
  }
  const handler = isObject(exported.default) ? exported.default : exported;
  for (let i = 0; i < names.length; i++) add(`the handler's method '${names[i]}'`, handler[names[i]], handler);
  return found;
};

const exportedNames = (exported) => {
  if (!isObject(exported)) return `a ${typeof exported}`;
  const keys = ObjectKeys(exported);
  let text = "";
  for (let i = 0; i < keys.length && i < 20; i++) text += `${i === 0 ? "" : ", "}'${cut(keys[i], 64)}' (${typeof exported[keys[i]]})`;
  return text === "" ? "nothing" : text;
};

// Which exported function is the method: see the resolution order in the reference of export spellings.
const resolveMethod = (name, exported, names) => {
  const found = candidatesOf(exported, names);
  if (found.length === 0) {
    throw loadError(`${name} exports no method: it exports ${exportedNames(exported)}. Export one function: export default async function (...) {...}`);
  }
  if (found.length > 1) warn(`${name} exports more than one function that could be the method; ${found[0].how} is used`);
  return found[0];
};

// The method that a module of this run exports under one of `names`, as a function of its arguments.
const loadMethod = (name, names) => {
  const method = resolveMethod(name, evaluateModule(MapGet(modules, name)), names);
  return (...values) => ReflectApply(method.value, method.self, values);
};
