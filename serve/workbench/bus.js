// Links of the form #do/<act>/<argument>… become events of this component. Nothing else of the page is touched.
const EVENTS = {cite: 'select', sources: 'select', up: 'like', down: 'like', open: 'input', choose: 'submit', example: 'edit'};
// Which column a narrow screen shows after an act; wide ones show all three.
const VIEWS = {cite: 'right', sources: 'right', down: 'middle', open: 'middle', choose: 'middle', example: 'middle'};
const show = (view) => {
  for (const part of document.querySelectorAll('#desk, #tabs')) part.dataset.view = view;
  document.querySelectorAll('#tabs a').forEach((a) => a.setAttribute('aria-current', String(a.classList.contains(view))));
  window.dispatchEvent(new Event('resize'));  // a chart drawn while hidden has no width yet
};
document.body.classList.remove('dark');
show('middle');
document.addEventListener('click', (click) => {
  const target = click.target instanceof Element ? click.target : null;
  if (target?.closest('#new')) show('middle');
  const link = target?.closest('a[href^="#do/"]');
  if (!link) return;
  click.preventDefault();
  const [, act, ...rest] = link.getAttribute('href').split('/');
  if (act === 'view') {
    show(rest[0]);
  } else if (act === 'export' && rest.length === 2) {
    window.location.assign('/workbench/export/' + rest.map(encodeURIComponent).join('/'));
  } else if (EVENTS[act]) {
    if (VIEWS[act]) show(VIEWS[act]);
    trigger(EVENTS[act], {act, rest: rest.map(decodeURIComponent)});
  }
});
// Enter asks, as people expect of a chat; with Shift it is a new line, and while an input method composes it is the method's.
const entered = (press) => {
  if (press.key !== 'Enter' || !(press.target instanceof Element) || !press.target.matches('#question textarea')) return;
  press.stopPropagation();
  if (press.type !== 'keydown' || press.shiftKey || press.isComposing || press.keyCode === 229) return;
  press.preventDefault();
  document.querySelector('#ask')?.click();
};
for (const kind of ['keydown', 'keypress']) document.addEventListener(kind, entered, true);
// The chat names every message by its source text; a screen reader should read the message instead.
const unname = () => document.querySelectorAll('#chat [data-testid][aria-label]').forEach((m) => m.removeAttribute('aria-label'));
new MutationObserver(unname).observe(document.body, {childList: true, subtree: true, attributes: true, attributeFilter: ['aria-label']});
