//! Parses, runs, exits.

fn main() -> std::process::ExitCode {
    sealog::cli::main(std::env::args_os()).code().into()
}
