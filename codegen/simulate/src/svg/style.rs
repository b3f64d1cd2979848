//! Colours and fonts. Classes say it all, so that a page may restyle the picture.

/// Light by default, dark where the reader's scheme is; fonts that every system has.
pub(super) const STYLE: &str = "<style>
text { font-family: system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, 'DejaVu Sans', sans-serif; font-size: 12px; fill: #1f2328; }
.title { font-size: 19px; font-weight: 600; }
.head { font-size: 15px; font-weight: 600; }
.lane { font-size: 13px; font-weight: 600; }
.muted { font-size: 13px; fill: #59636e; }
.small { font-size: 11px; fill: #59636e; }
.number { font-size: 13px; font-weight: 600; }
.good { fill: #1a7f37; }
.waste { fill: #953800; }
.bad { fill: #cf222e; }
.inside { font-size: 11px; fill: #ffffff; pointer-events: none; }
.inside-idle { font-size: 11px; font-weight: 600; fill: #4d2d00; pointer-events: none; }
.ground { fill: #ffffff; }
.panel { fill: #f6f8fa; stroke: #d1d9e0; }
.grid { stroke: #d1d9e0; stroke-width: 1; }
.event { stroke: #818b98; stroke-width: 1; stroke-dasharray: 2 3; }
.off { stroke: #b7c0ca; stroke-width: 2; }
.use { fill: #8250df; }
.paused { fill: #f6f8fa; stroke: #8250df; stroke-dasharray: 4 3; }
.inside-paused { font-size: 11px; fill: #6639ba; pointer-events: none; }
.device { fill: #0969da; }
.domain { fill: #1a7f37; }
.idle { fill: url(#lw-idle); stroke: #e08a2e; stroke-width: 0.5; }
.idle-ground { fill: #ffe0b5; }
.idle-stripe { stroke: #f7bd74; }
.lost { fill: #cf222e; }
.asleep { fill: url(#lw-asleep); }
.asleep-ground { fill: #e6eaef; }
.asleep-stripe { stroke: #d5dce3; }
@media (prefers-color-scheme: dark) {
text { fill: #f0f6fc; }
.muted, .small { fill: #9198a1; }
.good { fill: #3fb950; }
.waste { fill: #f0a04b; }
.bad { fill: #ff7b72; }
.inside { fill: #ffffff; }
.inside-idle { fill: #ffe2bd; }
.ground { fill: #0d1117; }
.panel { fill: #151b23; stroke: #3d444d; }
.grid { stroke: #2a313c; }
.event { stroke: #656c76; }
.off { stroke: #3d444d; }
.use { fill: #7a4fd0; }
.paused { fill: #151b23; stroke: #ab7df8; }
.inside-paused { fill: #cfb3ff; }
.device { fill: #1f6feb; }
.domain { fill: #238636; }
.idle { stroke: #9e6a03; }
.idle-ground { fill: #55350a; }
.idle-stripe { stroke: #7a4e12; }
.lost { fill: #f85149; }
.asleep-ground { fill: #1f2630; }
.asleep-stripe { stroke: #2b333e; }
}
</style>
";

/// Stripes, so that what is wasted is told apart without colours, too.
pub(super) const PATTERNS: &str = "<defs>
<pattern id=\"lw-idle\" width=\"8\" height=\"8\" patternUnits=\"userSpaceOnUse\" patternTransform=\"rotate(45)\"><rect \
class=\"idle-ground\" width=\"8\" height=\"8\"/><line class=\"idle-stripe\" x1=\"2\" y1=\"0\" x2=\"2\" y2=\"8\" \
stroke-width=\"3\"/></pattern>
<pattern id=\"lw-asleep\" width=\"6\" height=\"6\" patternUnits=\"userSpaceOnUse\"><rect class=\"asleep-ground\" \
width=\"6\" height=\"6\"/><line class=\"asleep-stripe\" x1=\"0\" y1=\"1\" x2=\"6\" y2=\"1\" stroke-width=\"1\"/></pattern>
</defs>
";
