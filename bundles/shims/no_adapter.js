// An adapter that is not available.
export default null;
