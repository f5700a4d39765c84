// What the host tells a run before it starts, and how a run ends for going beyond it.
let limits = { __proto__: null };
let breached = null;

// A method that never comes to the end of its turn is ended by what is written where the host can read it.
const breach = (limit, message, used) => {
  if (breached !== null) return;
  breached = { __proto__: null, limit, message, used };
  tellBreach(JSONStringify(breached));
};

// V8 copies a very long string that was put together from pieces as soon as anything of it is read.
const LONGEST_READ = 1 << 24;
const readable = (text) => (text.length <= LONGEST_READ ? text : `<text of ${text.length} characters>`);

const cut = (text, length) => (text.length <= length ? text : `${StringSlice(readable(text), 0, length)}…`);
