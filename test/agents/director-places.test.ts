/** Where the agent ldirectord looks for its file (ldirectord reference 1.3). */
import { directorPlaces } from '../../lib/agents/director-places.js';

test.each([
  [undefined, ['/etc/ha.d/ldirectord.cf', '/etc/ha.d/conf/ldirectord.cf']],
  ['web.cf', ['/etc/ha.d/web.cf', '/etc/ha.d/conf/web.cf']],
  ['sub/web.cf', ['/etc/ha.d/sub/web.cf', '/etc/ha.d/conf/sub/web.cf']],
  ['/srv/web.cf', ['/srv/web.cf']],
])('%s', (word, places) => {
  expect(directorPlaces(word, '/etc/ha.d')).toEqual(places);
});
