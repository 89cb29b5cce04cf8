//! Line charts as SVG, with the number of rows on the horizontal axis.
//!
//! Owns their dimensions and colours, which are legible on light and dark backgrounds.

use super::growth::thousands;
use std::fmt::Write as _;

/// A line of a chart.
pub struct Series<'a> {
    pub name: &'a str,
    /// The number of rows, and the value at it.
    pub points: Vec<(u64, f64)>,
}

/// A chart with a logarithmic horizontal axis for the rows.
pub struct Chart<'a> {
    pub title: &'a str,
    pub series: Vec<Series<'a>>,
    /// Whether the vertical axis is logarithmic; otherwise it starts at 0.
    pub logarithmic: bool,
}

const WIDTH: f64 = 720.0;
const HEIGHT: f64 = 300.0;
/// The space for numbers on the left, and for names on the right.
const LEFT: f64 = 64.0;
const RIGHT: f64 = 96.0;
const TOP: f64 = 40.0;
const BOTTOM: f64 = 36.0;
/// Minimum distance between two names.
const LINE: f64 = 15.0;

const COLOURS: [&str; 4] = ["#2f6fdb", "#c2571a", "#1f8a5b", "#8a4fc7"];
const GREY: &str = "#808080";

/// The values at the bottom and the top of a chart.
struct Scale {
    low: f64,
    high: f64,
    logarithmic: bool,
}

impl Scale {
    /// Returns the position of a value between 0 and 1.
    fn place(&self, value: f64) -> f64 {
        let on = |value: f64| {
            if self.logarithmic {
                value.max(self.low).log10()
            } else {
                value
            }
        };
        (on(value) - on(self.low)) / (on(self.high) - on(self.low))
    }

    /// The marks of the axis: powers of ten; or, starting at 0, multiples of 1, 2 or 5 times a power of ten.
    fn marks(&self) -> Vec<f64> {
        if self.logarithmic {
            let powers = std::iter::successors(Some(self.low), |mark| Some(mark * 10.0));
            return powers.take_while(|mark| *mark <= self.high * 1.001).collect();
        }
        let step = step_of(self.high);
        let steps = (self.high / step).floor();
        (0..=steps as u32).map(|count| f64::from(count) * step).collect()
    }
}

/// Returns the scale for values from `low` to `high`, both greater than 0.
fn scale(low: f64, high: f64, logarithmic: bool) -> Scale {
    if logarithmic {
        let (low, high) = (10f64.powf(low.log10().floor()), 10f64.powf(high.log10().ceil()));
        let high = if high > low { high } else { low * 10.0 };
        return Scale { low, high, logarithmic };
    }
    let step = step_of(high);
    let high = (high / step).ceil() * step;
    Scale {
        low: 0.0,
        high,
        logarithmic,
    }
}

/// A round step of which about four fit below `high`.
fn step_of(high: f64) -> f64 {
    let power = 10f64.powf((high / 4.0).log10().floor());
    let step = [1.0, 2.0, 5.0, 10.0]
        .into_iter()
        .find(|step| step * power >= high / 4.0);
    step.unwrap_or(10.0) * power
}

/// Draws charts one below the other.
pub fn svg(charts: &[Chart]) -> String {
    let height = HEIGHT * charts.len() as f64;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" font-family=\"system-ui, sans-serif\" \
         font-size=\"12\" fill=\"{GREY}\">\n"
    );
    for (at, chart) in charts.iter().enumerate() {
        let _ = writeln!(svg, "<g transform=\"translate(0 {})\">", at as f64 * HEIGHT);
        draw(&mut svg, chart);
        svg.push_str("</g>\n");
    }
    svg.push_str("</svg>\n");
    svg
}

fn draw(svg: &mut String, chart: &Chart) {
    let points = || chart.series.iter().flat_map(|series| &series.points);
    let values = || points().map(|(_, value)| *value).filter(|value| *value > 0.0);
    let rows = || points().map(|(rows, _)| *rows as f64);
    let (low, high) = (values().fold(f64::MAX, f64::min), values().fold(0.0, f64::max));
    if high == 0.0 {
        return;
    }
    let value_scale = scale(low, high, chart.logarithmic);
    let row_scale = scale(rows().fold(f64::MAX, f64::min), rows().fold(1.0, f64::max), true);
    let x = |rows: f64| LEFT + row_scale.place(rows) * (WIDTH - LEFT - RIGHT);
    let y = |value: f64| HEIGHT - BOTTOM - value_scale.place(value) * (HEIGHT - TOP - BOTTOM);
    let _ = writeln!(
        svg,
        "<text x=\"{LEFT}\" y=\"20\" font-weight=\"600\">{}</text>",
        chart.title
    );
    for mark in value_scale.marks() {
        let y = y(mark);
        let (end, text, base) = (WIDTH - RIGHT, LEFT - 8.0, y + 4.0);
        let _ = writeln!(
            svg,
            "<path d=\"M{LEFT} {y:.1}H{end}\" stroke=\"{GREY}\" stroke-opacity=\".3\"/><text x=\"{text}\" y=\"{base:.1}\" \
             text-anchor=\"end\">{mark}</text>"
        );
    }
    for mark in row_scale.marks() {
        let (x, base) = (x(mark), HEIGHT - 14.0);
        let rows = thousands(mark.round() as u64);
        let _ = writeln!(
            svg,
            "<text x=\"{x:.1}\" y=\"{base}\" text-anchor=\"middle\">{rows} rows</text>"
        );
    }
    let mut names: Vec<(f64, usize)> = Vec::new();
    for (at, series) in chart.series.iter().enumerate() {
        let places: Vec<String> = series
            .points
            .iter()
            .map(|(rows, value)| format!("{:.1},{:.1}", x(*rows as f64), y(*value)))
            .collect();
        let colour = COLOURS[at % COLOURS.len()];
        let _ = writeln!(
            svg,
            "<polyline points=\"{}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\"/>",
            places.join(" ")
        );
        if let Some((_, value)) = series.points.last() {
            names.push((y(*value), at));
        }
    }
    for (y, at) in apart(names) {
        let (name, colour) = (chart.series[at].name, COLOURS[at % COLOURS.len()]);
        let (x, base) = (WIDTH - RIGHT + 8.0, y + 4.0);
        let _ = writeln!(svg, "<text x=\"{x}\" y=\"{base:.1}\" fill=\"{colour}\">{name}</text>");
    }
}

/// Moves overlapping names down.
fn apart(mut names: Vec<(f64, usize)>) -> Vec<(f64, usize)> {
    names.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut least = f64::MIN;
    for (y, _) in &mut names {
        *y = y.max(least);
        least = *y + LINE;
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_have_their_place_between_round_marks() {
        let time = scale(0.2, 40.0, true);
        assert_eq!(time.marks().len(), 4);
        assert_eq!([0.1, 100.0].map(|value| time.place(value)), [0.0, 1.0]);
        let memory = scale(60.0, 190.0, false);
        assert_eq!(memory.marks(), [0.0, 50.0, 100.0, 150.0, 200.0]);
        assert_eq!(memory.place(100.0), 0.5);
    }

    #[test]
    fn names_do_not_cover_each_other() {
        assert_eq!(apart(vec![(12.0, 1), (10.0, 0)]), [(10.0, 0), (25.0, 1)]);
    }

    #[test]
    fn a_chart_has_a_line_and_a_name_for_each_series() {
        let series = Series {
            name: "import",
            points: vec![(10_000, 0.5), (100_000, 3.0)],
        };
        let chart = Chart {
            title: "Time",
            series: vec![series],
            logarithmic: true,
        };
        let svg = svg(&[chart]);
        assert_eq!(svg.matches("<polyline").count(), 1);
        assert!(
            svg.contains(">import</text>") && svg.contains(">100,000 rows</text>"),
            "{svg}"
        );
    }
}
