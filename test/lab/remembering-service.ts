/** A resource script for clusters of any implementation. */

/** Remembers in `/run/state.ARGUMENT` whether it runs. */
export const REMEMBERING_SERVICE = `#!/bin/sh
case "$2" in
  status) if [ -e "/run/state.$1" ]; then echo running; else echo stopped; fi;;
  start) : >"/run/state.$1";;
  stop) rm -f "/run/state.$1";;
esac
exit 0
`;
