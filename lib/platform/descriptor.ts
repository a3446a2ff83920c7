/** The file descriptor behind a socket or stream, for which Node has no public name. */

/** Undefined where there is none, or where this version of Node hides it. */
export const descriptorOf = (stream: object): number | undefined => {
  const handle: unknown = Reflect.get(stream, '_handle');
  const fd: unknown = typeof handle === 'object' && handle !== null ? Reflect.get(handle, 'fd') : undefined;
  return typeof fd === 'number' && fd >= 0 ? fd : undefined;
};
