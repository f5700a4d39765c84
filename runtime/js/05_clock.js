// Time, which comes from the host with each delivery and stands still in between: a run is a function of what it is told. A method that waits
// in a loop that does nothing but look at the clock would wait for ever; so the clock goes on by a millisecond each READS_A_MS looks.
const READS_A_MS = 1000;
let clockMs = 0;
let startMs = 0; // of the run
let clockReads = 0;

const setClock = (ms) => {
  clockMs = MathMax(clockMs, ms);
  clockReads = 0;
};

const now = () => {
  if (++clockReads === READS_A_MS) {
    clockReads = 0;
    clockMs++;
  }
  return clockMs;
};

const dateToString = uncurryThis(NativeDate.prototype.toString);

function HostDate(year, month, date, hours, minutes, seconds, ms) {
  if (new.target === undefined) return dateToString(new NativeDate(now()));
  return ReflectConstruct(NativeDate, arguments.length === 0 ? [now()] : arguments, new.target);
}

const hidden = (value) => ({ __proto__: null, value, writable: true, configurable: true, enumerable: false });
ObjectDefineProperty(HostDate, "name", { __proto__: null, value: "Date", configurable: true });
ObjectDefineProperty(HostDate, "prototype", { __proto__: null, value: NativeDate.prototype, writable: false });
ObjectDefineProperty(HostDate, "parse", hidden(NativeDate.parse));
ObjectDefineProperty(HostDate, "UTC", hidden(NativeDate.UTC));
ObjectDefineProperty(HostDate, "now", hidden({ now }.now));
ObjectDefineProperty(NativeDate.prototype, "constructor", hidden(HostDate));
define("Date", HostDate);

// What else of the language looks at a clock.
{
  const { prototype } = Intl.DateTimeFormat;
  const formatOf = getter(prototype, "format");
  const formatToParts = uncurryThis(prototype.formatToParts);
  ObjectDefineProperty(prototype, "format", {
    __proto__: null,
    get() {
      const format = formatOf(this);
      return (date) => format(date === undefined ? now() : date);
    },
    configurable: true,
    enumerable: false,
  });
  const patched = {
    formatToParts(date) {
      return formatToParts(this, date === undefined ? now() : date);
    },
  };
  ObjectDefineProperty(prototype, "formatToParts", hidden(patched.formatToParts));
}

if (typeof Temporal !== "undefined") {
  const { Instant, Now } = Temporal;
  const fromMs = Instant.fromEpochMilliseconds;
  const zoned = uncurryThis(Instant.prototype.toZonedDateTimeISO);
  const { timeZoneId } = Now;
  const inZone = (zone) => zoned(ReflectApply(fromMs, Instant, [now()]), zone === undefined ? timeZoneId() : zone);
  const parts = Temporal.ZonedDateTime.prototype;
  const toPlainDate = uncurryThis(parts.toPlainDate);
  const toPlainDateTime = uncurryThis(parts.toPlainDateTime);
  const toPlainTime = uncurryThis(parts.toPlainTime);
  const patched = {
    instant: () => ReflectApply(fromMs, Instant, [now()]),
    plainDateISO: (zone) => toPlainDate(inZone(zone)),
    plainDateTimeISO: (zone) => toPlainDateTime(inZone(zone)),
    plainTimeISO: (zone) => toPlainTime(inZone(zone)),
    zonedDateTimeISO: (zone) => inZone(zone),
  };
  for (const name of Object.keys(patched)) ObjectDefineProperty(Now, name, hidden(patched[name]));
}
