//! What the generated layer costs next to handlers written by hand, and how the whole server does: `make bench`.
//! Compare ratios, not absolute figures: both sides run in turn on the same machine, whatever else it does.

mod cases;
mod figures;
mod generated;
mod handwritten;
mod layer;
mod load;
mod request_id;
mod whole;

/// With an argument such as `layer` or `server`, just that half; with `one-side generated 0`, work for a profiler.
#[actix_web::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let wanted: Vec<_> = std::env::args()
        .skip(1)
        .filter(|argument| !argument.starts_with("--"))
        .collect();
    if let [mode, side, case] = wanted.as_slice()
        && mode == "one-side"
    {
        return Ok(layer::one_side(side, case).await?);
    }
    let wants = |part: &str| wanted.is_empty() || wanted.iter().any(|it| it == part);
    println!("# Benchmark");
    if wants("layer") {
        layer::over_sockets().await?;
        layer::in_process().await?;
    }
    if wants("server") {
        whole::measure().await?;
    }
    Ok(())
}
