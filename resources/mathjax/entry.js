// SPDX-License-Identifier: GPL-3.0-or-later
// The part of MathJax that draws TeX as SVG, as one global function for QJSEngine. Nothing in it can load a
// file or make a link: the extensions require, autoload, html and action are left out.
//
// typeset(preamble, tex, display, numberFrom, references) gives
//   {svg, tag, width, height, depth, tagWidth, error, numbers}
// svg and tag (the equation numbers at the right, or empty) are SVG texts with every glyph's path in place and
// an equal baseline. Lengths are in em. A formula that cannot be read gives {error}, a sentence.
// numbers says how many equation numbers were used; references is {label: tag} for \ref and \eqref.
import {mathjax} from 'mathjax-full/js/mathjax.js';
import {TeX} from 'mathjax-full/js/input/tex.js';
import {SVG} from 'mathjax-full/js/output/svg.js';
import {liteAdaptor} from 'mathjax-full/js/adaptors/liteAdaptor.js';
import {RegisterHTMLHandler} from 'mathjax-full/js/handlers/html.js';
import {Label} from 'mathjax-full/js/input/tex/Tags.js';
import 'mathjax-full/js/input/tex/base/BaseConfiguration.js';
import 'mathjax-full/js/input/tex/ams/AmsConfiguration.js';
import 'mathjax-full/js/input/tex/amscd/AmsCdConfiguration.js';
import 'mathjax-full/js/input/tex/bbox/BboxConfiguration.js';
import 'mathjax-full/js/input/tex/boldsymbol/BoldsymbolConfiguration.js';
import 'mathjax-full/js/input/tex/braket/BraketConfiguration.js';
import 'mathjax-full/js/input/tex/cancel/CancelConfiguration.js';
import 'mathjax-full/js/input/tex/cases/CasesConfiguration.js';
import 'mathjax-full/js/input/tex/centernot/CenternotConfiguration.js';
import 'mathjax-full/js/input/tex/color/ColorConfiguration.js';
import 'mathjax-full/js/input/tex/colortbl/ColortblConfiguration.js';
import 'mathjax-full/js/input/tex/configmacros/ConfigMacrosConfiguration.js';
import 'mathjax-full/js/input/tex/empheq/EmpheqConfiguration.js';
import 'mathjax-full/js/input/tex/enclose/EncloseConfiguration.js';
import 'mathjax-full/js/input/tex/extpfeil/ExtpfeilConfiguration.js';
import 'mathjax-full/js/input/tex/gensymb/GensymbConfiguration.js';
import 'mathjax-full/js/input/tex/mathtools/MathtoolsConfiguration.js';
import 'mathjax-full/js/input/tex/mhchem/MhchemConfiguration.js';
import 'mathjax-full/js/input/tex/newcommand/NewcommandConfiguration.js';
import 'mathjax-full/js/input/tex/textcomp/TextcompConfiguration.js';
import 'mathjax-full/js/input/tex/unicode/UnicodeConfiguration.js';
import 'mathjax-full/js/input/tex/upgreek/UpgreekConfiguration.js';
import 'mathjax-full/js/input/tex/verb/VerbConfiguration.js';

const packages = ['base', 'ams', 'amscd', 'bbox', 'boldsymbol', 'braket', 'cancel', 'cases', 'centernot',
    'color', 'colortbl', 'configmacros', 'empheq', 'enclose', 'extpfeil', 'gensymb', 'mathtools', 'mhchem',
    'newcommand', 'textcomp', 'unicode', 'upgreek', 'verb'];
// What would load, link or name something shows only what it is around.
const macros = {require: ['', 1], href: ['#2', 2], class: ['#2', 2], cssId: ['#2', 2], style: ['#2', 2]};
const em = 16;
const unitsPerEm = 1000;
// With these metrics MathJax's own font keeps its size, and scripts their smallest size of half of it.
const metrics = {em, ex: 0.442 * em, containerWidth: 36 * em, lineWidth: 1e6, scale: 1};

const adaptor = liteAdaptor();
RegisterHTMLHandler(adaptor);

function convert(opened, tex, display) {
    return opened.document.convert(tex, {display, ...metrics});
}

// A document with its macros as the preamble defines them.
function open(preamble) {
    const input = new TeX({packages, macros, tags: 'ams', ignoreDuplicateLabels: true, maxMacros: 2000,
                           maxBuffer: 64 * 1024, formatError: (jax, error) => { throw error; }});
    const document = mathjax.document('', {InputJax: input, OutputJax: new SVG({fontCache: 'none'})});
    const opened = {document, tags: input.parseOptions.tags};
    for (const definition of preamble) {
        try {
            convert(opened, definition, false);
        } catch (error) {
            // Whoever uses what is not defined is told so.
        }
    }
    return opened;
}

const kept = new Map(); // by preamble, the one used last at the end
const keptAtMost = 4;
const defining =
    /\\(def|gdef|let|(re)?new(command|environment)|providecommand|Declare[A-Za-z]+|definecolor)(?![A-Za-z])/;

function documentFor(preamble, tex) {
    // A formula that defines macros must not leave them to whatever is drawn after it.
    if (defining.test(tex)) return open(preamble);
    const key = preamble.join('\n');
    const opened = kept.get(key) || open(preamble);
    kept.delete(key);
    kept.set(key, opened);
    if (kept.size > keptAtMost) kept.delete(kept.keys().next().value);
    return opened;
}

// What MathJax's style sheet says of the lines of tables.
function styleLines(node) {
    if (adaptor.kind(node).charAt(0) === '#') return;
    if (adaptor.getAttribute(node, 'data-frame') || adaptor.getAttribute(node, 'data-line')) {
        adaptor.setAttribute(node, 'fill', 'none');
        if (!adaptor.getAttribute(node, 'stroke-width')) adaptor.setAttribute(node, 'stroke-width', '70');
        if (adaptor.hasClass(node, 'mjx-dashed')) adaptor.setAttribute(node, 'stroke-dasharray', '140');
        if (adaptor.hasClass(node, 'mjx-dotted')) adaptor.setAttribute(node, 'stroke-dasharray', '70,140');
    }
    adaptor.childNodes(node).forEach(styleLines);
}

function findTagged(node, kind) {
    if (adaptor.kind(node) === 'svg' && adaptor.getAttribute(node, kind)) return node;
    for (const child of adaptor.childNodes(node)) {
        const found = adaptor.kind(child).charAt(0) !== '#' && findTagged(child, kind);
        if (found) return found;
    }
    return null;
}

function drawing(content, x, y, width, height) {
    const root = adaptor.node('svg', {xmlns: 'http://www.w3.org/2000/svg',
                                      width: `${width / unitsPerEm}em`, height: `${height / unitsPerEm}em`,
                                      viewBox: [x, y, width, height].join(' ')},
                              [adaptor.node('g', {fill: 'currentColor', stroke: 'currentColor',
                                                  'stroke-width': '0'}, content)]);
    return adaptor.serializeXML(root);
}

function result(svg) {
    styleLines(svg);
    const table = findTagged(svg, 'data-table');
    const labels = findTagged(svg, 'data-labels');
    let [x, y, width, height] = [0, 0, 0, 0];
    let [body, tag, tagWidth] = ['', '', 0];
    if (table && labels) {
        // MathJax lays numbered equations out by nested svg elements as wide as the page: the equations,
        // around the start of their box, and the numbers, which end at the start of theirs.
        [x, y, , height] = adaptor.getAttribute(table, 'viewBox').split(' ').map(Number);
        width = 2 * x;
        tagWidth = Number(adaptor.getAttribute(labels, 'viewBox').split(' ')[0]);
        body = drawing(adaptor.childNodes(table), 0, y, width, height);
        tag = drawing(adaptor.childNodes(labels), 0, y, tagWidth, height);
    } else {
        const box = adaptor.getAttribute(svg, 'viewBox');
        if (!box) throw Error('This formula is as wide as the page.');
        [x, y, width, height] = box.split(' ').map(Number);
        body = drawing(adaptor.childNodes(svg), x, y, width, height);
    }
    return {svg: body, tag, width: width / unitsPerEm, height: -y / unitsPerEm,
            depth: (height + y) / unitsPerEm, tagWidth: tagWidth / unitsPerEm};
}

globalThis.typeset = (preamble, tex, display, numberFrom, references) => {
    try {
        const opened = documentFor(preamble, tex);
        opened.tags.reset(numberFrom - 1);
        for (const label of Object.keys(references)) {
            opened.tags.allLabels[label] = new Label(references[label], label);
        }
        const drawn = result(adaptor.firstChild(convert(opened, tex, display)));
        drawn.numbers = opened.tags.allCounter - numberFrom + 1;
        return drawn;
    } catch (error) {
        return {error: String(error.message || error)};
    }
};
