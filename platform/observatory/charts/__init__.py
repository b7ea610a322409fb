"""The pictures: said in Altair, drawn by Vega in this process as plain SVG, and kept by what they draw."""
