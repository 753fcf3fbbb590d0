// Where a chart of weeks is wider than its place, the latest ones are shown first; its place changes with the window.
const places = new ResizeObserver((changed) => {
  for (const { target } of changed) target.scrollLeft = target.scrollWidth;
});
for (const node of document.querySelectorAll<HTMLElement>("[data-latest]")) places.observe(node);

export {};
