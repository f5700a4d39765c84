// A method's source file is a CommonJS module; ES modules were turned into that form before.
const PlainPrototype = ObjectGetPrototypeOf({});
const modules = new Map();
const provided = new Map(); // modules of the host, by name: functions that give their exports

// The function that V8 compiled must be the whole text: source that closes it early would run outside of its module. With the last module
// the run starts, in a microtask, so that nothing of this is in its stacks.
const addModule = (name, length, body) => {
  if (finished !== null) return;
  const compiled = FunctionToString(body);
  if (compiled.length !== length) return fail(earlyEnd(name, compiled));
  MapSet(modules, name, { __proto__: null, name, body, evaluated: undefined });
  if (--run.missing === 0) PromiseThen(resolved, start);
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

// Of modules of the host, and of packages that came with the run; `node:path` is the same as `path`, and not told beside it.
const availableNames = () => {
  let text = "";
  const add = (name) => {
    text += `${text === "" ? "" : ", "}${name}`;
  };
  MapForEach(provided, (_, name) => {
    if (!StringStartsWith(name, "node:")) add(name);
  });
  for (let i = 0; i < run.packages.length; i++) {
    const name = run.packages[i];
    if (!StringIncludes(name, ":") && !MapHas(provided, name)) add(name);
  }
  return text === "" ? "none" : text;
};

const whyMissing = (wanted) =>
  StringStartsWith(textOf(wanted), ".") ? "but there is no such file." : `which is not available. Available: ${availableNames()}.`;

const exportsOf = (found) => (found.exports ??= found.load());

// The name of the module in `lodash/get`; undefined where there is no such module, or its members are no modules.
const holderOf = (wanted) => {
  const slash = StringIndexOf(wanted, "/");
  const name = slash < 0 ? "" : StringSlice(wanted, 0, slash);
  return ObjectHasOwn(modulesWithMembers, name) ? name : undefined;
};

// What `lodash/get` means; undefined where there is no such member.
const memberOf = (wanted) => {
  const name = holderOf(wanted);
  if (name === undefined) return undefined;
  const exported = exportsOf(MapGet(provided, name));
  const member = StringSlice(wanted, name.length + 1);
  return ObjectHasOwn(exported, member) ? exported[member] : undefined;
};

const isAvailable = (wanted) => {
  for (let i = 0; i < run.packages.length; i++) if (run.packages[i] === wanted) return true;
  return MapHas(provided, wanted) || holderOf(textOf(wanted)) !== undefined;
};

const requireFor = (module) => {
  const linked = (wanted) => {
    const links = ObjectHasOwn(run.links, module.name) ? run.links[module.name] : {};
    return ObjectHasOwn(links, wanted) ? links[wanted] : undefined;
  };
  const missing = (wanted, caller) =>
    withFramesOf(loadError(`${module.name} imports '${textOf(wanted)}', ${whyMissing(wanted)}`), takeSite(caller));
  const require = (wanted) => {
    const name = linked(wanted);
    if (name !== undefined) return evaluateModule(MapGet(modules, name));
    const found = MapGet(provided, wanted);
    if (found !== undefined) return exportsOf(found);
    const member = memberOf(textOf(wanted));
    if (member !== undefined) return member;
    throw missing(wanted, require);
  };
  require.resolve = (wanted) => {
    const name = linked(wanted) ?? (isAvailable(wanted) ? wanted : undefined);
    if (name === undefined) throw missing(wanted, require.resolve);
    return name;
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

const own = (object, key) => (ObjectHasOwn(object, key) ? object[key] : undefined);

// What a class made is a handler: its members are its methods, and no exports.
const isHandler = (exported) => {
  const prototype = typeof exported === "function" ? null : ObjectGetPrototypeOf(exported);
  return prototype !== null && prototype !== PlainPrototype;
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
  const main = own(exported, "default");
  if (!isHandler(exported)) {
    add("the default export", main, undefined);
    for (let i = 0; i < names.length; i++) add(`the export '${names[i]}'`, own(exported, names[i]), undefined);
    if (found.length === 0) {
      const functions = functionsOf(exported);
      if (functions.length === 1) add(`the export '${functions[0]}'`, exported[functions[0]], undefined);
    }
  }
  const handler = isObject(main) ? main : exported;
  for (let i = 0; i < names.length; i++) add(`the handler's method '${names[i]}'`, handler[names[i]], handler);
  return found;
};

const functionsOf = (object) => {
  const keys = ObjectKeys(object);
  const functions = list();
  for (let i = 0; i < keys.length; i++) if (typeof object[keys[i]] === "function") push(functions, keys[i]);
  return functions;
};

const MOST_EXPORTS_NAMED = 20;

const described = (value) => {
  if (typeof value !== "object" || value === null) return typeof value;
  const methods = functionsOf(value);
  let text = "";
  for (let i = 0; i < methods.length && i < MOST_EXPORTS_NAMED; i++) text += `${i === 0 ? " with " : ", "}${cut(methods[i], 64)}`;
  return `object${text}`;
};

const exportedNames = (exported) => {
  if (!isObject(exported)) return `a ${typeof exported}`;
  const keys = ObjectKeys(exported);
  let text = "";
  for (let i = 0; i < keys.length && i < MOST_EXPORTS_NAMED; i++) text += `${i === 0 ? "" : ", "}'${cut(keys[i], 64)}' (${described(exported[keys[i]])})`;
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
