// Calls out of the isolate. They gather in an outbox that the host empties once a turn; their answers come together too.
const pending = new Map();
const outbox = list();
let nextCall = 1;

const enqueue = (operation, payloadText, site, settlers) => {
  const id = nextCall++;
  MapSet(pending, id, settlers);
  const text = `{"id":${id},"operation":${quote(operation)},"site":${quote(placeOf(site))},"payload":${payloadText}}`;
  push(outbox, text);
  return id;
};

// The frames of the place that made the call: an error made while answers arrive would only show the host's.
const withFramesOf = (error, site) => {
  if (error instanceof NativeError) {
    const stack = `${textOf(read(error, "name"))}: ${messageOf(error)}${ownFramesOf(site)}`;
    ReflectDefineProperty(error, "stack", { __proto__: null, value: stack, writable: true, configurable: true });
  }
  return error;
};

const never = new NativePromise(() => {});

const call = (operation, payload, settle) => {
  const text = stringify(payload, "payload");
  const length = utf8Length(text, limits.callBytes);
  if (length > limits.callBytes) breach("call_size", `One call out of the method is ${length} bytes long`, length);
  if (breached !== null) return never;
  const site = takeSite(call);
  return new NativePromise((resolve, reject) => {
    enqueue(operation, text, site, {
      __proto__: null,
      resolve: (value, body) => resolve(settle.resolve(value, body)),
      reject: (value) => reject(withFramesOf(settle.reject(value), site)),
      kind: operation,
      site,
    });
  });
};

// The bytes of the next replies; the host fills it before it delivers them, and never touches it again.
let incoming = null;
const allocate = (length) => {
  incoming = new NativeArrayBuffer(length);
  return incoming;
};

// `header` is JSON text: [[id, ok, value, body], ...]. A body is "text", which is the next of `texts`, or a number of bytes, which are
// the next of `incoming`, or null.
const deliver = (header, texts) => {
  const replies = JSONParse(header);
  const bytes = incoming ?? allocate(0);
  const length = ArrayBufferByteLength(bytes);
  incoming = null;
  let nextText = 0;
  let nextByte = 0;
  for (let i = 0; i < replies.length; i++) {
    const reply = replies[i];
    const kind = reply[3];
    let body;
    if (kind === "text") body = texts[nextText++];
    else if (kind !== null) {
      body = kind === length ? bytes : ArrayBufferSlice(bytes, nextByte, nextByte + kind);
      nextByte += kind;
    }
    settleOne(MapGet(pending, reply[0]), reply, body);
  }
};

const settleOne = (settlers, reply, body) => {
  if (settlers === undefined) return; // cleared by the method meanwhile
  MapDelete(pending, reply[0]);
  try {
    if (reply[1]) settlers.resolve(reply[2], body);
    else settlers.reject(reply[2]);
  } catch (error) {
    settlers.reject(error);
  }
};

const TURN_LENGTH = 1 << 20;

// The waiting calls as JSON text, as many as one turn may carry.
const takeCalls = () => {
  let text = "";
  let taken = 0;
  while (taken < outbox.length && (taken === 0 || text.length + outbox[taken].length < TURN_LENGTH)) {
    text += (taken === 0 ? "" : ",") + outbox[taken];
    taken++;
  }
  const left = list();
  for (let i = taken; i < outbox.length; i++) push(left, outbox[i]);
  outbox.length = 0;
  for (let i = 0; i < left.length; i++) push(outbox, left[i]);
  return text;
};
