//! The command line of the proof. It only calls the library and says what came out.

use clap::Parser;

/// Proves that the contract and everything that is made of it say the same.
#[derive(Parser)]
#[command(name = "spaces-proof", version)]
struct Arguments {}

fn main() {
    Arguments::parse();
}
