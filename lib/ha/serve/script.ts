/** What a browser does beside showing the page: puts in what is new, and says so when nothing new comes. */

/** So long without news, in milliseconds, is too long: news come every second. */
const PATIENCE = 5000;

export const SCRIPT = `
'use strict';
(() => {
  const lost = document.getElementById('lost');
  let heard = Date.now();
  const look = () => {
    const isLost = Date.now() - heard > ${PATIENCE};
    if (isLost === !lost.hidden) return;
    document.documentElement.classList.toggle('lost', isLost);
    lost.textContent = isLost ? 'STALE: nothing has come from the server since ' + new Date(heard).toLocaleTimeString() + '. Everything below is from then.' : '';
    lost.hidden = !isLost;
  };
  const listen = () => {
    const news = new EventSource('live');
    news.addEventListener('sections', (message) => {
      heard = Date.now();
      for (const [id, text] of Object.entries(JSON.parse(message.data))) {
        const place = document.getElementById(id);
        if (place !== null) place.innerHTML = text;
      }
      document.title = document.querySelector('h1').textContent;
      look();
    });
    // A server that sends us away (too many watchers) is asked again later; a lost connection is taken up by the browser.
    news.addEventListener('error', () => {
      if (news.readyState !== EventSource.CLOSED) return;
      news.close();
      setTimeout(listen, 5000);
    });
  };
  listen();
  setInterval(look, 500);
})();
`.trim();
