const refuses = (attempt) => {
  try {
    attempt();
    return false;
  } catch (error) {
    return error instanceof EvalError;
  }
};
[() => Function("return 1"), () => (0, eval)("1"), () => (async () => {}).constructor("")].every(refuses) ? "effective" : "none";
