// The page is whole without this file. With it: new items appear by themselves, sending needs no reload,
// times stay true. It draws nothing of its own: cards come from the server, as the page does.
'use strict';

document.documentElement.classList.add('with-script');

const find = (id) => document.getElementById(id);

// ---- times in words, as the server says them

function words(seconds) {
  for (const [size, unit] of [[86400, 'day'], [3600, 'h'], [60, 'min']]) {
    if (seconds >= size) {
      const count = Math.floor(seconds / size);
      return `${count} ${unit}${unit === 'day' && count > 1 ? 's' : ''}`;
    }
  }
  return `${Math.floor(seconds)} s`;
}

function tellTimes() {
  for (const time of document.querySelectorAll('time[datetime]')) {
    const at = new Date(time.dateTime);
    const since = (Date.now() - at.getTime()) / 1000;
    time.title = at.toLocaleString();
    if (time.matches('.soon, .ahead')) time.textContent = since > -5 ? 'any moment' : `in ${words(-since)}`;
    else if (since >= -60 && since < 60) time.textContent = 'just now';
    else if (since >= 60 && since < 7 * 86400) time.textContent = `${words(since)} ago`;
  }
}
tellTimes();
setInterval(tellTimes, 30000);

function tellNextPost(at) {
  if (at) for (const time of document.querySelectorAll('time.soon')) time.dateTime = at;
}

// ---- the box

const box = find('say');

function answering(id, quote) {
  find('in-reply-to').value = id;
  find('quoted').textContent = quote;
  find('replying').hidden = !id;
}

function problem(text) {
  find('problem').textContent = text;
  find('problem').hidden = !text;
}

function freshKey() {
  return Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

async function send() {
  const button = box.querySelector('button');
  button.setAttribute('aria-disabled', 'true');
  try {
    const response = await fetch(box.action, {
      method: 'POST', body: new URLSearchParams(new FormData(box)), headers: { Accept: 'application/json' },
    });
    const said = await response.json();
    if (!response.ok) throw new Error(said.error);
    problem('');
    answering('', '');
    find('text').value = '';
    box.elements.key.value = freshKey();
    await refresh();
  } catch (error) {
    problem(error instanceof TypeError ? 'The bot can’t be reached just now. Your words are still here: try again.' : error.message);
  } finally {
    button.removeAttribute('aria-disabled');
  }
}

if (box) {
  box.addEventListener('submit', (event) => { event.preventDefault(); send(); });
  find('text').addEventListener('keydown', (event) => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) { event.preventDefault(); box.requestSubmit(); }
  });
  find('cancel').addEventListener('click', (event) => { event.preventDefault(); answering('', ''); find('text').focus(); });
  document.addEventListener('click', (event) => {
    const ask = event.target.closest('[data-say]');
    const reply = event.target.closest('[data-reply]');
    if (!ask && !reply) return;
    event.preventDefault();
    if (ask) find('text').value = ask.dataset.say;
    if (reply) {
      const said = reply.closest('.said').querySelector('.words').textContent;
      answering(reply.dataset.reply, said.length > 80 ? `${said.slice(0, 80)}…` : said);
    }
    box.scrollIntoView({ block: 'center' });
    find('text').focus();
  });
}

// ---- live

const cards = find('cards');
let asking = null;
let again = false;

function place(fresh) {
  const said = [];
  for (const card of [...fresh.children].reverse()) { // oldest first, so that the newest ends on top
    const shown = find(card.id);
    if (!shown) {
      card.classList.add('new');
      cards.prepend(card);
      for (const entry of card.querySelectorAll('.entry')) said.push(entry);
      continue;
    }
    for (const entry of card.querySelectorAll('.entry')) {
      if (find(entry.id)) continue;
      shown.querySelector('.thread').append(entry.closest('li'));
      said.push(entry);
    }
  }
  const seen = Number(cards.dataset.newest);
  const news = said.filter((entry) => Number(entry.dataset.id) > seen).slice(-3);
  const tell = (entry) => `${entry.querySelector('.who b').textContent}: ${entry.querySelector('.words').textContent.slice(0, 200)}`;
  if (news.length) find('news').textContent = news.map(tell).join(' ');
  if (said.length) find('empty')?.remove();
}

async function load() {
  do {
    again = false;
    const response = await fetch(`/cards?after=${cards.dataset.newest}`);
    if (!response.ok) return;
    const page = new DOMParser().parseFromString(await response.text(), 'text/html');
    const fresh = page.querySelector('ol[data-newest]');
    place(fresh);
    cards.dataset.newest = fresh.dataset.newest;
    tellNextPost(fresh.dataset.nextPost);
    again = again || fresh.dataset.more === '1';
  } while (again);
  tellTimes();
}

// One question at a time; what comes meanwhile is asked for right after.
function refresh() {
  if (!cards?.dataset.live) { location.assign('/'); return Promise.resolve(); }
  if (asking) { again = true; return asking; }
  asking = load().finally(() => { asking = null; });
  return asking;
}

function listen() {
  const live = find('live');
  const stream = new EventSource(`/api/events?after=${cards.dataset.newest}`);
  stream.onopen = () => { live.textContent = 'on'; live.classList.add('on'); refresh().catch(() => {}); };
  stream.onmessage = () => { refresh().catch(() => {}); };
  stream.onerror = () => {
    live.textContent = 'off';
    live.classList.remove('on');
    if (stream.readyState === EventSource.CLOSED) setTimeout(listen, 10000); // refused: too many streams, or restarting
  };
  addEventListener('pagehide', () => stream.close(), { once: true });
}

if (cards?.dataset.live) {
  listen();
  setInterval(() => { // the time of the next post has passed: ask for the one after
    const soon = document.querySelector('time.soon');
    if (soon && Date.now() > Date.parse(soon.dateTime) + 15000) refresh().catch(() => {});
  }, 60000);
  addEventListener('pageshow', (event) => { if (event.persisted) listen(); });
} else if (find('live')) {
  find('live').textContent = 'off';
}
