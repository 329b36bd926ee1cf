#!/bin/sh
# Draws rows "KIND LINES MICROSECONDS" as an SVG: lines on a logarithmic axis from 1 to 1000, microseconds per line and 20 ms upwards.
awk '
function x(lines) { return 60 + 520 * log(lines) / log(1000) }
function y(us) { return 360 - 330 * us / top }
{ kind[NR] = $1; lines[NR] = $2; us[NR] = $3; if ($3 > top) top = $3 }
END {
	top *= 1.1
	print "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"640\" height=\"420\" font-family=\"sans-serif\" font-size=\"12\">"
	print "<rect width=\"640\" height=\"420\" fill=\"white\"/>"
	print "<text x=\"60\" y=\"18\">processor time of a line in 20 ms, in microseconds, by the number of lines</text>"
	for (n = 1; n <= 1000; n *= 10)
		printf "<line x1=\"%d\" y1=\"30\" x2=\"%d\" y2=\"360\" stroke=\"#ddd\"/><text x=\"%d\" y=\"376\" text-anchor=\"middle\">%d</text>\n", x(n), x(n), x(n), n
	for (i = 0; i <= 4; i++)
		printf "<line x1=\"60\" y1=\"%d\" x2=\"580\" y2=\"%d\" stroke=\"#ddd\"/><text x=\"54\" y=\"%d\" text-anchor=\"end\">%.1f</text>\n", y(top * i / 4), y(top * i / 4), y(top * i / 4) + 4, top * i / 4
	colour["stream"] = "#06c"; colour["echo"] = "#c30"; name["stream"] = "without echo canceller"; name["echo"] = "with one of 32 ms"
	for (k in colour) {
		points = ""
		for (i = 1; i <= NR; i++) if (kind[i] == k) { points = points x(lines[i]) "," y(us[i]) " "; last = i }
		printf "<polyline points=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"2\"/><text x=\"430\" y=\"%d\" fill=\"%s\">%s</text>\n", points, colour[k], y(us[last]) - 8, colour[k], name[k]
	}
	print "<text x=\"300\" y=\"400\">lines</text></svg>"
}'
