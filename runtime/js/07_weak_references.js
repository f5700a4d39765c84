// When memory is freed is nothing that a run may see: it would be another input. So a WeakRef keeps what it refers to, which the language
// permits, and a FinalizationRegistry never calls back.
{
  const targets = new WeakMap();
  const mustBeObject = (value, what) => {
    if ((typeof value !== "object" || value === null) && typeof value !== "function" && typeof value !== "symbol") throw new NativeTypeError(`${what}: invalid target`);
  };
  const { deref } = WeakRef.prototype;
  class StrongRef {
    constructor(target) {
      mustBeObject(target, "WeakRef");
      WeakMapSet(targets, this, target);
    }
    deref() {
      if (!ReflectApply(WeakMap.prototype.has, targets, [this])) ReflectApply(deref, this, []); // throws as V8 does
      return WeakMapGet(targets, this);
    }
  }
  ObjectDefineProperty(StrongRef, "name", { __proto__: null, value: "WeakRef", configurable: true });
  ObjectDefineProperty(StrongRef.prototype, Symbol.toStringTag, { __proto__: null, value: "WeakRef", configurable: true });
  define("WeakRef", StrongRef);

  class SilentRegistry {
    constructor(cleanup) {
      if (typeof cleanup !== "function") throw new NativeTypeError("FinalizationRegistry: cleanup must be callable");
    }
    register(target) {
      mustBeObject(target, "FinalizationRegistry.prototype.register");
    }
    unregister(token) {
      mustBeObject(token, "FinalizationRegistry.prototype.unregister");
      return false;
    }
  }
  ObjectDefineProperty(SilentRegistry, "name", { __proto__: null, value: "FinalizationRegistry", configurable: true });
  ObjectDefineProperty(SilentRegistry.prototype, Symbol.toStringTag, { __proto__: null, value: "FinalizationRegistry", configurable: true });
  define("FinalizationRegistry", SilentRegistry);
}
