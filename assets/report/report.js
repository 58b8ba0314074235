/* Search, filter and keys of the exported page. All that is to be read is there without it. */
'use strict';
(() => {
  const by = id => document.getElementById(id);
  const main = by('ladder'), search = by('search'), label = by('label'), conn = by('conn'), told = by('told');
  const has = (list, word) => (' ' + (list || '') + ' ').includes(' ' + word + ' ');
  let rows = null, blocks, heads, texts = null, timer = 0;

  /* A long page is gone through when somebody searches, not when it opens. */
  function find_rows() {
    if (rows) return;
    rows = [...main.querySelectorAll('.r, .m, .call, .icmp')];
    blocks = [...main.querySelectorAll('section')];
    heads = [...main.querySelectorAll('h2')];
  }

  function apply() {
    find_rows();
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean), seen = new Set(), held = new Map();
    if (words.length && !texts) texts = rows.map(r => r.textContent.toLowerCase());
    let n = 0;
    rows.forEach((r, i) => {
      const fits = words.every(w => texts[i].includes(w)) && (!label.value || has(r.dataset.l, label.value)) &&
        (!conn || !conn.value || r.dataset.c === conn.value);
      r.classList.toggle('gone', !fits);
      if (!fits) return;
      n++;
      seen.add(r.dataset.c);
      held.set(r.parentNode, (held.get(r.parentNode) || 0) + 1);
    });
    for (const h of heads) h.classList.toggle('gone', !seen.has(h.dataset.c));
    /* What is out of sight is not laid out: so much room it is given. */
    for (const b of blocks) b.style.containIntrinsicSize = 'auto ' + (held.get(b) || 0) * 1.7 + 'rem';
    told.textContent = n === rows.length ? '' : told.dataset.of.replace('{n}', n).replace('{all}', rows.length);
  }
  const soon = () => { clearTimeout(timer); timer = setTimeout(apply, 120); };

  /* The row before or after, of those that are seen. */
  function step(by) {
    find_rows();
    const seen = rows.filter(r => r.tagName === 'DETAILS' && r.offsetParent !== null);
    const at = seen.findIndex(r => r.contains(document.activeElement));
    const next = seen[at < 0 ? (by > 0 ? 0 : seen.length - 1) : at + by];
    if (next) { next.firstElementChild.focus(); next.scrollIntoView({block: 'nearest'}); }
  }

  document.documentElement.classList.add('on');
  search.addEventListener('input', soon);
  label.addEventListener('change', apply);
  if (conn) conn.addEventListener('change', apply);
  by('tools').addEventListener('submit', e => e.preventDefault());
  by('open').addEventListener('click', () => {
    find_rows();
    const all = rows.filter(r => r.tagName === 'DETAILS' && !r.classList.contains('gone')), open = all.some(r => !r.open);
    for (const r of all) r.open = open;
  });
  document.addEventListener('keydown', e => {
    const typing = e.target.matches('input[type=search], select');
    if (e.ctrlKey || e.metaKey || e.altKey) return;
    if (e.key === 'Escape' && e.target === search) { search.value = ''; apply(); search.blur(); }
    if (typing) return;
    if (e.key === '/') { e.preventDefault(); search.focus(); }
    if (e.key === 'j' || e.key === 'ArrowDown' && e.target.tagName === 'SUMMARY') { e.preventDefault(); step(1); }
    if (e.key === 'k' || e.key === 'ArrowUp' && e.target.tagName === 'SUMMARY') { e.preventDefault(); step(-1); }
  });
  /* A link to a row opens it. */
  const follow = () => { const r = by(location.hash.slice(1)); if (r && r.tagName === 'DETAILS') { r.open = true; r.firstElementChild.focus(); } };
  addEventListener('hashchange', follow);
  /* On paper every row is told. */
  let shut = [];
  addEventListener('beforeprint', () => { find_rows(); shut = rows.filter(r => r.tagName === 'DETAILS' && !r.open); for (const r of shut) r.open = true; });
  addEventListener('afterprint', () => { for (const r of shut) r.open = false; });
  follow();
})();
