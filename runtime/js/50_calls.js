// Calls out of the isolate. They gather in an outbox that the host empties once a turn; their answers come together too.
const pending = new Map();
const outbox = list();
let dropped = list(); // ids of what was sent, and nobody waits for any more
let nextCall = 1;

// `bytes` is what `copyBytes` gave, or null. A timer is no call: it is sent at once, however many calls are under way.
const enqueue = (operation, payloadText, site, settlers, bytes) => {
  const id = nextCall++;
  const mark = bytes === null ? "" : ',"bytes":true';
  const text = `{"id":${id},"operation":${quote(operation)},"site":${quote(placeOf(site))},"payload":${payloadText}${mark}}`;
  settlers.isCall = operation !== "timer";
  settlers.length = text.length + (bytes === null ? 0 : ArrayBufferByteLength(bytes));
  settlers.sent = false;
  MapSet(pending, id, settlers);
  push(outbox, { __proto__: null, id, text, bytes });
  return id;
};

const drop = (id) => {
  const settlers = MapGet(pending, id);
  if (settlers === undefined) return;
  forget(id, settlers);
  if (settlers.sent) push(dropped, id);
};

const forget = (id, settlers) => {
  MapDelete(pending, id);
  if (!settlers.sent || !settlers.isCall) return;
  underWay--;
  if (isLong(settlers)) longUnderWay -= settlers.length;
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

// `settle` makes of the answer what the promise gives; `bytes`, from `copyBytes`, go out beside the payload, and are zeros afterwards; `site`, from `takeSite`, is
// where the method asked for it, if that was before. `control` is given a function `drop`, after which nobody waits for the answer; where it
// is `quiet`, nobody is warned when the method ends before the answer.
const call = (operation, payload, settle, bytes = null, site = takeSite(call), control = null) => {
  const text = stringify(payload, "payload");
  const length = MathMax(utf8Length(text, limits.callBytes), bytes === null ? 0 : ArrayBufferByteLength(bytes));
  if (length > limits.callBytes) breach("call_size", `One call out of the method is ${length} bytes long`, length);
  if (breached !== null) return never;
  return new NativePromise((resolve, reject) => {
    const id = enqueue(operation, text, site, {
      __proto__: null,
      resolve: (value, body) => resolve(settle.resolve(value, body)),
      reject: (value, body) => reject(withFramesOf(settle.reject(value, body), site)),
      abort: reject,
      kind: operation,
      quiet: control?.quiet,
      site,
    }, bytes);
    if (control !== null) control.drop = () => drop(id);
  });
};

// The bytes of the next replies; the host fills it before it delivers them, and never touches it again.
let incoming = null;
const allocate = (length) => {
  incoming = new NativeArrayBuffer(length);
  return incoming;
};

// The texts of the next replies.
const texts = list();
const takeText = (text) => {
  push(texts, text);
};

// `header` is JSON text: { now, replies: [[id, ok, value, body], ...] }. A body is "text", which is the next of `texts`, or a number of bytes, which are
// the next of `incoming`, or null.
const deliver = (header) => {
  const delivery = JSONParse(header);
  const { replies } = delivery;
  const bytes = incoming;
  const length = bytes === null ? 0 : ArrayBufferByteLength(bytes);
  incoming = null;
  let nextText = 0;
  let nextByte = 0;
  setClock(delivery.now);
  for (let i = 0; i < replies.length; i++) {
    const reply = replies[i];
    const kind = reply[3];
    let body;
    if (kind === "text") body = texts[nextText++];
    else if (kind !== null) {
      body = kind === length ? (bytes ?? new NativeArrayBuffer(0)) : ArrayBufferSlice(bytes, nextByte, nextByte + kind);
      nextByte += kind;
    }
    settleOne(reply, body);
  }
  texts.length = 0;
};

const settleOne = (reply, body) => {
  const settlers = MapGet(pending, reply[0]);
  if (settlers === undefined) return; // dropped by the method meanwhile
  forget(reply[0], settlers);
  try {
    if (reply[1]) settlers.resolve(reply[2], body);
    else settlers.reject(reply[2], body);
  } catch (error) {
    settlers.abort(error);
  }
};

const TURN_LENGTH = 1 << 18;
const MOST_A_TURN = 1024;
const LONG = 1 << 16;
let underWay = 0; // calls that were sent, and have no answer yet
let longUnderWay = 0; // lengths of the long ones of them together, which the host holds in its memory

const isLong = (settlers) => settlers.length >= LONG;

// Calls wait in the isolate, in its own memory, while too many or too long ones are under way.
const mustWait = (settlers) =>
  settlers.isCall &&
  (underWay >= limits.concurrentCalls || (isLong(settlers) && longUnderWay > 0 && longUnderWay + settlers.length > 2 * limits.callBytes));

// The bytes of the one call of a turn that has any; held until the host has taken them out of memory.
let outgoing = null;
const takeOutgoing = () => outgoing;

// Whether what is left in the outbox waits for the next turn, rather than for answers to earlier calls.
let backlog = false;

// The waiting calls as JSON text, as many as one turn may carry. One that is long, or has bytes, travels alone.
const takeCalls = () => {
  let left = 0;
  let text = "";
  let taken = 0;
  let waiting = false;
  let full = false;
  outgoing = null;
  backlog = false;
  for (let i = 0; i < outbox.length; i++) {
    const entry = outbox[i];
    const settlers = MapGet(pending, entry.id);
    if (settlers === undefined) continue; // dropped before it was sent
    waiting ||= mustWait(settlers);
    const alone = isLong(settlers) || entry.bytes !== null;
    const later = full || (taken > 0 && (alone || text.length + entry.text.length > TURN_LENGTH));
    if (later || (waiting && settlers.isCall)) {
      backlog ||= later && !(waiting && settlers.isCall);
      outbox[left++] = entry;
      continue;
    }
    settlers.sent = true;
    if (settlers.isCall) underWay++;
    if (settlers.isCall && isLong(settlers)) longUnderWay += settlers.length;
    text += (taken === 0 ? "" : ",") + entry.text;
    outgoing = entry.bytes;
    taken++;
    full = alone || taken === MOST_A_TURN;
  }
  outbox.length = left;
  return text;
};

const takeDropped = () => {
  let text = "";
  for (let i = 0; i < dropped.length; i++) text += `${i === 0 ? "" : ","}${dropped[i]}`;
  dropped = list();
  return text;
};
