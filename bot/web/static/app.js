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
  find('problem').textContent = text.slice(0, 1).toUpperCase() + text.slice(1);
  find('problem').hidden = !text;
}

function freshKey() {
  return Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

const UNREACHED = 'The bot can’t be reached just now. Your words are still here: try again.';

async function hand(form) { // what was wrong, or nothing
  try {
    const response = await fetch(form.action, {
      method: 'POST', body: new URLSearchParams(new FormData(form)), headers: { Accept: 'application/json' },
    });
    const said = await response.json();
    return response.ok ? '' : said.error ?? UNREACHED;
  } catch {
    return UNREACHED; // no answer, or not the bot's own: a proxy's page
  }
}

// The button is not disabled, nor the box: who sends by keyboard would lose their place.
async function send() {
  const button = box.querySelector('button');
  const text = find('text');
  if (text.readOnly) return; // it is on its way
  text.readOnly = true;
  button.setAttribute('aria-disabled', 'true');
  const wrong = await hand(box);
  problem(wrong);
  if (!wrong) {
    answering('', '');
    text.value = '';
    box.elements.key.value = freshKey();
    await refresh().catch(() => {});
  }
  text.readOnly = false;
  button.removeAttribute('aria-disabled');
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

let stream = null;
let later = 0;

function hush() {
  clearTimeout(later);
  stream?.close();
  stream = null;
  tellLive(false);
}

function tellLive(on) {
  find('live').textContent = on ? 'on' : 'off';
  find('live').classList.toggle('on', on);
}

// A browser opens six connections to a server and no more: tabs that nobody sees leave theirs to the others.
function listen() {
  hush();
  if (document.hidden) return;
  stream = new EventSource(`/api/events?after=${cards.dataset.newest}`);
  stream.onopen = () => { tellLive(true); refresh().catch(() => {}); };
  stream.onmessage = () => { refresh().catch(() => {}); };
  stream.onerror = () => {
    tellLive(false);
    if (stream?.readyState === EventSource.CLOSED) later = setTimeout(listen, 10000); // refused: too many, or restarting
  };
}

if (cards?.dataset.live) {
  const bookmarked = Number(/^#item-([0-9]+)$/.exec(location.hash)?.[1]);
  if (bookmarked <= Number(cards.dataset.newest) && !find(`item-${bookmarked}`)) { // it has left the newest page
    location.replace(`/?before=${bookmarked + 1}#item-${bookmarked}`);
  }
  listen();
  setInterval(() => { // the time of the next post has passed: ask for the one after
    const soon = document.querySelector('time.soon');
    if (soon && Date.now() > Date.parse(soon.dateTime) + 15000) refresh().catch(() => {});
  }, 60000);
  document.addEventListener('visibilitychange', listen);
  addEventListener('pagehide', hush);
  addEventListener('pageshow', (event) => { if (event.persisted) listen(); });
} else if (find('live')) {
  find('live').textContent = 'off';
}
