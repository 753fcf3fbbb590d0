// Bundles src/*.ts and src/*.css into dist, with a hash of the content in each
// name, the icons into one sprite, and beside each file what a browser that
// takes gzip or Brotli is sent. dist/manifest.json maps names to files.
import { build } from "esbuild";
import { createHash } from "node:crypto";
import { readFile, readdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";

const here = path.dirname(fileURLToPath(import.meta.url));
const src = path.join(here, "src");
const dist = path.join(here, "dist");

for (const name of await readdir(dist)) {
  if (name !== ".gitkeep") await rm(path.join(dist, name), { recursive: true });
}

const entries = (await readdir(src)).filter((name) => /\.(ts|css)$/.test(name) && !name.endsWith(".d.ts"));
const result = await build({
  absWorkingDir: here,
  entryPoints: entries.map((name) => path.join("src", name)),
  outdir: "dist",
  entryNames: "[name]-[hash]",
  chunkNames: "parte-[hash]",
  assetNames: "[name]-[hash]",
  bundle: true,
  splitting: true,
  format: "esm",
  target: ["es2022"],
  minify: true,
  metafile: true,
  legalComments: "linked",
  logLevel: "warning",
});

const manifest = {};
for (const [file, output] of Object.entries(result.metafile.outputs)) {
  if (!output.entryPoint) continue;
  manifest[path.basename(output.entryPoint).replace(/\.ts$/, ".js")] = path.basename(file);
}
manifest["icons.svg"] = await keep("icons", await sprite());
manifest["icon.svg"] = await keep("icon", await readFile(path.join(src, "icon.svg"), "utf8"));
await writeFile(path.join(dist, "manifest.json"), JSON.stringify(manifest, null, 2) + "\n");
await Promise.all((await readdir(dist)).filter((name) => /\.(js|css|svg)$/.test(name)).map(compress));

/** keep writes an SVG under a name that tells its content. */
async function keep(name, svg) {
  const file = `${name}-${createHash("sha256").update(svg).digest("hex").slice(0, 8)}.svg`;
  await writeFile(path.join(dist, file), svg);
  return file;
}

/** sprite is the icons of src/icons.txt as symbols of one SVG. */
async function sprite() {
  const names = (await readFile(path.join(src, "icons.txt"), "utf8")).split("\n").filter(Boolean);
  const symbols = await Promise.all(names.map(async (name) => {
    const svg = await readFile(path.join(here, "node_modules/lucide-static/icons", `${name}.svg`), "utf8");
    const shapes = svg.slice(svg.indexOf(">", svg.indexOf("<svg")) + 1, svg.lastIndexOf("</svg>"));
    return `<symbol id="${name}" viewBox="0 0 24 24">${shapes.replace(/\s*\n\s*/g, "")}</symbol>`;
  }));
  const license = "<!-- Lucide, ISC License, https://lucide.dev/license -->";
  return `<svg xmlns="http://www.w3.org/2000/svg">${license}${symbols.join("")}</svg>\n`;
}

/** compress puts the gzip and Brotli forms of a file beside it. */
async function compress(name) {
  const file = path.join(dist, name);
  const content = await readFile(file);
  const brotli = { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: content.length } };
  await writeFile(file + ".gz", await promisify(gzip)(content, { level: 9 }));
  await writeFile(file + ".br", await promisify(brotliCompress)(content, brotli));
}
