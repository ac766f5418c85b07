// Builds what stands under static/vendor and static/img/icons.svg; see ../README.md.
import fs from 'node:fs';
import path from 'node:path';
import zlib from 'node:zlib';
import * as sass from 'sass';
import { build } from 'esbuild';

const here = import.meta.dirname;
const modules = path.resolve('node_modules');
const vendor = path.resolve(process.argv[2] ?? path.join(here, '..'));
const version = (name) =>
  JSON.parse(fs.readFileSync(path.join(modules, name, 'package.json'), 'utf8')).version;

function put(file, text) {
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, text);
  const size = zlib.gzipSync(text, { level: 9 }).length;
  console.log(path.relative(vendor, file), text.length, 'bytes,', size, 'compressed');
}

function tabler() {
  const folder = path.join(vendor, `tabler-${version('@tabler/core')}`);
  const { css } = sass.compile(path.join(here, 'tabler.scss'), {
    loadPaths: [path.join(modules, '@tabler/core/scss'), modules],
    style: 'compressed',
    logger: sass.Logger.silent,
  });
  const head = `/*! Tabler ${version('@tabler/core')} (MIT), reduced; recipe: static/vendor/README.md */\n`;
  put(path.join(folder, 'tabler.min.css'), head + css.replace(/^\uFEFF/, '') + '\n');
}

function htmx() {
  const folder = path.join(vendor, `htmx-${version('htmx.org')}`);
  const text = fs.readFileSync(path.join(modules, 'htmx.org/dist/htmx.min.js'), 'utf8');
  put(path.join(folder, 'htmx.min.js'), `/*! htmx ${version('htmx.org')} (0BSD) */\n${text}\n`);
  fs.copyFileSync(path.join(modules, 'htmx.org/LICENSE'), path.join(folder, 'LICENSE'));
}

async function echarts() {
  const folder = path.join(vendor, `echarts-${version('echarts')}`);
  const result = await build({
    stdin: {
      contents: fs.readFileSync(path.join(here, 'echarts.entry.js'), 'utf8'),
      resolveDir: path.dirname(modules),
    },
    bundle: true,
    minify: true,
    write: false,
    format: 'iife',
    globalName: 'echarts',
    target: 'es2020',
    legalComments: 'none',
    define: { 'process.env.NODE_ENV': '"production"' },
  });
  const head = `/*! Apache ECharts ${version('echarts')} (Apache-2.0), reduced; zrender (BSD-3-Clause), tslib (0BSD) */\n`;
  put(path.join(folder, 'echarts.min.js'), head + result.outputFiles[0].text);
  for (const file of ['LICENSE', 'NOTICE']) {
    fs.copyFileSync(path.join(modules, 'echarts', file), path.join(folder, file));
  }
  fs.copyFileSync(path.join(modules, 'zrender/LICENSE'), path.join(folder, 'LICENSE.zrender'));
}

function icons() {
  const names = fs.readFileSync(path.join(here, 'icons.txt'), 'utf8').split(/\s+/).filter(Boolean);
  const symbols = names.sort().map((name) => {
    const svg = fs.readFileSync(
      path.join(modules, '@tabler/icons/icons/outline', `${name}.svg`), 'utf8');
    const body = svg
      .replace(/^[\s\S]*?<svg[\s\S]*?>/, '')
      .replace('</svg>', '')
      .replace(/<path stroke="none" d="M0 0h24v24H0z" fill="none"\s*\/>/, '')
      .replace(/\s*\n\s*/g, '')
      .replace(/\s*\/>/g, '/>');
    return `<symbol id="${name}" viewBox="0 0 24 24">${body}</symbol>`;
  });
  const head = `<!-- Tabler Icons ${version('@tabler/icons')} (MIT); recipe: static/vendor/README.md -->`;
  put(path.join(vendor, '../img/icons.svg'),
    `<svg xmlns="http://www.w3.org/2000/svg">${head}\n${symbols.join('\n')}\n</svg>\n`);
}

tabler();
htmx();
await echarts();
icons();
