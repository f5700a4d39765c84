// What the host tells a run before it starts, and how a run ends for going beyond it.
let limits = { __proto__: null };
let breached = null;

const breach = (limit, message, used) => {
  breached ??= { __proto__: null, limit, message, used };
};

const cut = (text, length) => (text.length <= length ? text : `${StringSlice(text, 0, length)}…`);
