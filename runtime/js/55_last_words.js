// Console lines of the turn that is going on, where the host can read them even while this isolate never stops computing.
// The first unit holds the length of the breach of a limit, or 0, and the next two that of the lines. Then follow, in UTF-16, the breach as
// JSON text, which has 1021 units, and the lines, each with a comma behind it.
const LAST_WORDS_UNITS = 1 << 18;
const LINES_START = 1 << 10;
const lastWords = new Uint16Array(LAST_WORDS_UNITS);
let lastWordsEnd = LINES_START;

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
  lastWords[1] = (end - LINES_START) & 0xffff;
  lastWords[2] = (end - LINES_START) >>> 16;
};

const forgetLastWords = () => closeLastWords(LINES_START);

const tellBreach = (text) => {
  for (let i = 0; i < text.length; i++) lastWords[3 + i] = StringCharCodeAt(text, i);
  lastWords[0] = text.length;
};

const lastWordsBuffer = lastWords.buffer;
