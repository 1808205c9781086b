//! What is wrong with a file that should be an export.

use std::path::Path;

use ledger_format::name::LedgerId;

use super::{CliError, Code};
use crate::cli::place::Pin;
use crate::fs::FsError;
use crate::ledger::export::{ExportError, NotAnExport};

impl CliError {
    pub fn not_an_export(error: &NotAnExport, path: &Path) -> Self {
        let shown = path.display();
        let code = match error {
            NotAnExport::Header(_) => Code::NotAnExport,
            NotAnExport::CutShort { .. }
            | NotAnExport::Read(_)
            | NotAnExport::Long { .. }
            | NotAnExport::TooMuch { .. }
            | NotAnExport::Event { .. }
            | NotAnExport::Blob { .. }
            | NotAnExport::Name(_) => Code::ExportDamaged,
        };
        let message = match code {
            Code::NotAnExport => format!("{shown} is no export of a ledger"),
            _ => format!("the export {shown} was changed or cut short"),
        };
        Self::new(code, message).detail("path", shown.to_string()).caused_by(error)
    }

    /// The first line says another ledger than the one that is expected.
    pub fn export_of_another(path: &Path, pin: Pin, found: LedgerId) -> Self {
        let expected = pin.ledger;
        let message = format!("{} is not of the ledger that is expected", path.display());
        Self::new(Code::PinNotMet, message)
            .fact("expected", expected.to_string(), format!("{expected}, {}", pin.by.words()))
            .fact("found", found.to_string(), found.to_string())
    }

    pub fn export_file(error: &FsError) -> Self {
        Self::new(Code::FileUnusable, error.to_string())
            .detail("path", error.path().display().to_string())
            .caused_by(error)
    }
}

impl From<ExportError> for CliError {
    fn from(error: ExportError) -> Self {
        match error {
            ExportError::Store(error) => Self::from(error),
            ExportError::Gone(_) => Self::new(Code::StoreUnreachable, error.to_string()),
        }
    }
}
