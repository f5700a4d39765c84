// Console lines of the turn that is going on, where the host can read them even while this isolate never stops computing.
// The first two units hold the length; then follow the lines as JSON text, each with a comma behind it, in UTF-16.
const LAST_WORDS_UNITS = 1 << 18;
const lastWords = new Uint16Array(LAST_WORDS_UNITS);
let lastWordsEnd = 2;

const keepForTheHost = (text) => {
  const start = lastWordsEnd;
  const end = start + text.length + 1;
  if (end > LAST_WORDS_UNITS) return;
  for (let i = 0; i < text.length; i++) lastWords[start + i] = StringCharCodeAt(text, i);
  lastWords[end - 1] = 44;
  closeLastWords(end);
};

const closeLastWords = (end) => {
  lastWordsEnd = end;
  lastWords[0] = (end - 2) & 0xffff;
  lastWords[1] = (end - 2) >>> 16;
};

const forgetLastWords = () => closeLastWords(2);

const lastWordsBuffer = lastWords.buffer;
