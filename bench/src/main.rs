//! What the generated layer costs next to handlers written by hand, and how the whole server does: `make bench`.
//! Compare ratios, not absolute figures: both sides run in turn on the same machine, whatever else it does.

mod call;
mod cases;
mod figures;
mod generated;
mod handwritten;
mod layer;
mod load;
mod operations;
mod request_id;
mod rounds;
mod server;
mod whole;

/// For how many seconds each operation is asked, where nobody says otherwise.
const SECONDS: u32 = 3;

/// With arguments such as `layer`, `server` or `operations`, just those parts; a number is for how many seconds each
/// operation is asked. With `one-side generated 0`, work for a profiler.
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
    let seconds = wanted.iter().find_map(|it| it.parse().ok()).unwrap_or(SECONDS);
    let parts: Vec<_> = wanted.iter().filter(|it| it.parse::<u32>().is_err()).collect();
    let wants = |part: &str| parts.is_empty() || parts.iter().any(|it| *it == part);
    println!("# Benchmark");
    if wants("layer") {
        layer::over_sockets().await?;
        layer::in_process().await?;
    }
    if wants("server") {
        whole::measure().await?;
    }
    if wants("operations") {
        operations::measure(seconds).await?;
    }
    Ok(())
}
