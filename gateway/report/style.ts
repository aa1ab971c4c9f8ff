/** Of the page of an incident: wide, narrow, dark and on paper. Nothing is loaded. */
export const STYLE = `
:root{--ink:#1c2230;--soft:#5b6475;--line:#d9dee7;--pale:#f5f7fa;--paper:#fff;--ok:#1f7a4d;--bad:#b3261e;--warn:#8a5a00;--act:#1f5fbf;--add:#e6f4ec;--cut:#fbe9e7}
@media (prefers-color-scheme:dark) and (not print){:root{--ink:#e6e9ef;--soft:#9aa5b8;--line:#333c4d;--pale:#1d2430;--paper:#141922;--ok:#5cc28f;--bad:#f28b82;--warn:#e0b050;--act:#7fb0ff;--add:#173326;--cut:#3a1e1c}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%}
body{margin:0 auto;max-width:60rem;padding:1.5rem 1.25rem 4rem;font:16px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--paper);overflow-wrap:anywhere}
h1{font-size:1.7rem;line-height:1.2;margin:.2rem 0 .6rem}
h2{font-size:1.15rem;margin:2.2rem 0 .6rem;padding-bottom:.25rem;border-bottom:1px solid var(--line)}
h3{font-size:1rem;margin:1.1rem 0 .3rem}
p{margin:.4rem 0}
.soft,.eyebrow,footer{color:var(--soft)}
.eyebrow{font-size:.85rem;margin:0}
.tag{display:inline-block;padding:0 .5em;border:1px solid currentColor;border-radius:1em;font-size:.8rem;white-space:nowrap}
.ok{color:var(--ok)}.bad{color:var(--bad)}.warn{color:var(--warn)}.act{color:var(--act)}
.note{border-left:4px solid var(--warn);padding:.4rem .8rem;background:var(--pale)}
.said{white-space:pre-line}
.cards{display:grid;grid-template-columns:repeat(auto-fit,minmax(8.5rem,1fr));gap:.6rem;margin:1rem 0;padding:0;list-style:none}
.cards li{border:1px solid var(--line);border-radius:.5rem;padding:.5rem .7rem;background:var(--pale)}
.cards b{display:block;font-size:1.25rem;line-height:1.3}
.cards small{color:var(--soft)}
table{border-collapse:collapse;width:100%;font-size:.92rem}
th{text-align:left;font-weight:600;color:var(--soft)}
td,th{padding:.3rem .8rem .3rem 0;border-bottom:1px solid var(--line);vertical-align:top}
td:first-child,th:first-child{white-space:nowrap;font-variant-numeric:tabular-nums}
code,pre{font:.86rem/1.45 ui-monospace,SFMono-Regular,Menlo,monospace}
pre{margin:.3rem 0;padding:.5rem .7rem;background:var(--pale);border-radius:.4rem;white-space:pre-wrap}
pre.long{max-height:24rem;overflow:auto}
ul{margin:.3rem 0;padding-left:1.2rem}
.wide{overflow-x:auto}
.wide svg{display:block;width:100%;min-width:44rem;height:auto}
svg text{font-family:system-ui,sans-serif;fill:var(--ink)}
svg .soft{fill:var(--soft)}svg .grid{stroke:var(--line)}svg .lane{fill:var(--pale)}
svg .ok{fill:var(--ok)}svg .bad{fill:var(--bad)}svg .warn{fill:var(--warn)}svg .act{fill:var(--act)}svg .idle{fill:var(--soft)}
svg .moment{stroke:var(--ink);stroke-dasharray:3 3}
svg .edge{stroke:var(--soft)}svg path.edge{fill:none}svg .broken{stroke:var(--bad);stroke-width:2}
figure{margin:1rem 0}
figure img{max-width:100%;background:#fff;border:1px solid var(--line);border-radius:.4rem}
figcaption{font-size:.85rem;color:var(--soft)}
.change{border:1px solid var(--line);border-radius:.5rem;padding:.6rem .8rem;margin:.6rem 0}
.change h3{margin:0}
.diff{list-style:none;padding:0;margin:.4rem 0;font:.86rem/1.45 ui-monospace,SFMono-Regular,Menlo,monospace}
.diff li{margin:.2rem 0}
.diff del,.diff ins{text-decoration:none;display:block;padding:0 .4rem;white-space:pre-wrap}
.diff del{background:var(--cut)}.diff ins{background:var(--add)}
.diff del::before{content:"- "}.diff ins::before{content:"+ "}
summary{cursor:pointer;color:var(--act)}
footer{margin-top:3rem;border-top:1px solid var(--line);padding-top:.6rem;font-size:.85rem}
@media (max-width:40rem){
  body{padding:1rem .9rem 3rem}
  h1{font-size:1.4rem}
  .stack thead{display:none}
  .stack tr{display:block;border-bottom:1px solid var(--line);padding:.35rem 0}
  .stack td{display:block;border:0;padding:.05rem 0}
}
@media print{
  body{max-width:none;padding:0;font-size:10.5pt}
  .wide{overflow:visible}.wide svg{min-width:0}
  pre.long{max-height:none}
  .change,figure,tr,.cards li{break-inside:avoid}
  h2,h3{break-after:avoid}
}
`;
