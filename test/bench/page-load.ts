/**
 * `page-load.js ORIGIN SECONDS WATCHERS RATE`: so many watchers of the status page, and so many scrapes a second beside them;
 * prints what came of it as one line of JSON.
 */
import { Agent, get } from 'node:http';
import { median } from './median.js';

/** What came of it. */
export interface PageLoad {
  readonly scrapes: number;
  readonly failed: number;
  /** Of a scrape, in milliseconds. */
  readonly median: number;
  readonly slowest: number;
  /** News that all watchers together have got. */
  readonly news: number;
}

const TICK_MS = 10;

const load = async (origin: string, seconds: number, watchers: number, rate: number): Promise<PageLoad> => {
  const agent = new Agent({ keepAlive: true });
  const times: number[] = [];
  let [failed, news, asked] = [0, 0, 0];
  const scrape = (): void => {
    const begun = performance.now();
    get(`${origin}/metrics`, { agent }, (response) => {
      response.resume();
      response.on('end', () => {
        if (response.statusCode === 200) times.push(performance.now() - begun);
        else failed += 1;
      });
    }).on('error', () => {
      failed += 1;
    });
  };
  for (let index = 0; index < watchers; index += 1)
    get(`${origin}/live`, { agent: false }, (response) => {
      response.on('data', (data) => {
        news += String(data).split('event: ').length - 1;
      });
    });
  const begun = performance.now();
  await new Promise<void>((resolve) => {
    const timer = setInterval(() => {
      const passed = (performance.now() - begun) / 1000;
      for (; asked < Math.min(passed, seconds) * rate; asked += 1) scrape();
      if (passed < seconds + 1) return;
      clearInterval(timer);
      resolve();
    }, TICK_MS);
  });
  return { scrapes: times.length, failed, median: median(times), slowest: Math.max(0, ...times), news };
};

const [origin, seconds, watchers, rate] = process.argv.slice(2);
if (origin !== undefined) {
  const result = await load(origin, Number(seconds), Number(watchers), Number(rate));
  process.stdout.write(`${JSON.stringify(result)}\n`);
  process.exit();
}
