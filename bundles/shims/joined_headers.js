// Headers of an answer as Node.js gives them: repeated ones joined, `set-cookie` a list, and of some only the first.
const SINGLE = new Set([
  ...["age", "authorization", "content-length", "content-type", "etag", "expires", "from", "host", "if-modified-since"],
  ...["if-unmodified-since", "last-modified", "location", "max-forwards", "proxy-authorization", "referer", "retry-after", "server", "user-agent"],
]);

export const joinedHeaders = (pairs) => {
  const joined = {};
  for (const [name, value] of pairs) {
    const before = joined[name];
    if (name === "set-cookie") joined[name] = [...(before ?? []), value];
    else if (before === undefined) joined[name] = value;
    else if (!SINGLE.has(name)) joined[name] = `${before}, ${value}`;
  }
  return joined;
};
