// Where a chart of weeks is wider than its place, the latest ones are shown first.
for (const node of document.querySelectorAll<HTMLElement>("[data-latest]")) node.scrollLeft = node.scrollWidth;

export {};
