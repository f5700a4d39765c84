// What a call gave, as JSON, whichever client made it. One side runs this in Node.js, the other inside the sandbox.
const shown = (value) => {
  if (value === undefined) return { undefined: true };
  if (ArrayBuffer.isView(value)) return { bytes: Array.from(value) };
  return value;
};

const shownResult = (value, isFull) => {
  if (!isFull) return shown(value);
  const { status, statusText, headers, data } = value;
  return { status, statusText, headers: { ...headers }, data: shown(data) };
};

const outcomeOf = async (call, isFull) => {
  try {
    return { value: shownResult(await call(), isFull) };
  } catch (error) {
    const { response } = error;
    return { error: response === undefined ? null : { status: response.status, data: shown(response.data) } };
  }
};
