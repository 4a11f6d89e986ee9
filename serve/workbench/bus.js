// Links of the form #do/<act>/<argument>… become events of this component. Nothing else of the page is touched.
const EVENTS = {cite: 'select', sources: 'select', up: 'like', down: 'like', open: 'input', choose: 'submit', example: 'edit'};
document.body.classList.remove('dark');
document.addEventListener('click', (click) => {
  const link = click.target instanceof Element ? click.target.closest('a[href^="#do/"]') : null;
  if (!link) return;
  click.preventDefault();
  const [, act, ...rest] = link.getAttribute('href').split('/');
  if (act === 'export' && rest.length === 2) {
    window.location.assign('/workbench/export/' + rest.map(encodeURIComponent).join('/'));
  } else if (EVENTS[act]) {
    trigger(EVENTS[act], {act, rest: rest.map(decodeURIComponent)});
  }
});
// The chat names every message by its source text; a screen reader should read the message instead.
const unname = () => document.querySelectorAll('#chat [data-testid][aria-label]').forEach((m) => m.removeAttribute('aria-label'));
new MutationObserver(unname).observe(document.body, {childList: true, subtree: true, attributes: true, attributeFilter: ['aria-label']});
