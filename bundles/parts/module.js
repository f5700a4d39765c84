// A module whose members may be made when they are first asked for, in every form of import. A member that is a global of another
// library is lazy: its name in a method's source is what brings that library.
export const moduleOf = (members, lazy = {}) => {
  const module = { ...members };
  for (const [name, get] of Object.entries(lazy)) Object.defineProperty(module, name, { get, configurable: true, enumerable: false });
  Object.defineProperty(module, "__esModule", { value: true });
  Object.defineProperty(module, "default", { value: module });
  return module;
};
