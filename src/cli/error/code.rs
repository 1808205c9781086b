//! Every error that sealog ends with: its word, its exit code, what it means and what to do. Words are stable and never
//! reused. `docs/reference/errors.md` and `sealog explain` are made from this list.

use crate::config;

/// How a command ends. Documented, tested, never reused for something else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Exit {
    Done,
    /// The work failed.
    Failed,
    /// Wrong usage or configuration; a missing or locked key too.
    Usage,
    /// Tampering, a bad signature, a forked authority, a pin not met, a ledger behind what was seen.
    Unverified,
    /// By policy, or not approved.
    Refused,
    /// Waiting timed out, or would have been needed.
    Busy,
    /// Store or network.
    Unreachable,
    /// The ledger is intact, but somebody has to review something.
    OpenFindings,
    Drift,
}

impl Exit {
    pub const fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Failed => 1,
            Self::Usage => 2,
            Self::Unverified => 3,
            Self::Refused => 4,
            Self::Busy => 5,
            Self::Unreachable => 6,
            Self::OpenFindings => 7,
            Self::Drift => 10,
        }
    }

    pub const fn meaning(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Failed => "the work failed",
            Self::Usage => "wrong usage or configuration; a missing or locked key too",
            Self::Unverified => {
                "verification failed: tampering, a bad signature, a forked authority, a pin not met, a ledger behind what was seen"
            }
            Self::Refused => "refused by policy, or not approved",
            Self::Busy => "waiting timed out, or would have been needed",
            Self::Unreachable => "a store or the network could not be reached",
            Self::OpenFindings => "intact, but findings are open",
            Self::Drift => "drift found",
        }
    }
}

macro_rules! codes {
    ($($name:ident, $word:literal, $exit:ident, $meaning:literal, $advice:literal;)+) => {
        /// The word in `error[...]`.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Code {
            $(#[doc = $meaning] $name,)+
            /// A mistake in a configuration file.
            Configuration(config::Code),
        }

        impl Code {
            const OWN: &'static [Self] = &[$(Self::$name,)+];

            pub fn word(self) -> &'static str {
                match self { $(Self::$name => $word,)+ Self::Configuration(code) => code.as_str() }
            }

            pub const fn exit(self) -> Exit {
                match self { $(Self::$name => Exit::$exit,)+ Self::Configuration(_) => Exit::Usage }
            }

            /// What happened; of mistakes in a configuration also what to do.
            pub fn meaning(self) -> &'static str {
                match self { $(Self::$name => $meaning,)+ Self::Configuration(code) => code.meaning() }
            }

            /// What to do.
            pub const fn advice(self) -> Option<&'static str> {
                match self { $(Self::$name => Some($advice),)+ Self::Configuration(_) => None }
            }
        }
    };
}

// One entry a code, sorted by word. Those of mistakes in a configuration stand in `config::diagnostic`.
codes! {
    AliasTaken, "alias-taken", Usage,
        "The name that a release was to get is that of another release of the deployment, or could be taken for an id.",
        "Choose another name. `sealog releases` lists those that are taken.";
    AlreadyDone, "already-done", Usage,
        "What was to be taken back was taken back before.",
        "Nothing is left to do: the error names the event that did it.";
    Ambiguous, "ambiguous", Usage,
        "What was named, or left out, could mean several things.",
        "The error lists them; name one of them whole.";
    AuthorityForked, "authority-forked", Unverified,
        "Two authorities are in force and neither builds on the other: who may do what is disputed.",
        "`sealog ledger trust` shows each side: compare with your colleagues which one is right, and take it with `sealog ledger trust <id>`. No side settles the fork for everybody: for that the roots of all sides trust what all build on, and endorse one proposal that replaces them.";
    BuildFailed, "build-failed", Failed,
        "An image could not be built or written.",
        "The error names the file and the cause. Images that were built before it are recorded; run the command again for the others.";
    ClockBehind, "clock-behind", Failed,
        "Everything in the ledger lies more than 5 minutes ahead of this machine's clock, so that no event can be put on top of it.",
        "Set the clock of this machine right. If it is right, another machine wrote events of the future: `sealog ledger log` shows whose.";
    ComponentFailed, "component-failed", Failed,
        "A component of a rollout could not be applied. What was applied before it stays, and is recorded.",
        "The error names the component and the cause. Mend it, then go on: `sealog rollout <deployment> --target <target> --resume`.";
    Declined, "declined", Failed,
        "A question was answered with no, which is the default.",
        "Nothing was done. Run the command again and answer `y`, or give `--yes`.";
    EventMissing, "event-missing", Unverified,
        "Events of living keys build on an event that the store does not show: it was removed, or has not arrived yet.",
        "Any honest copy of the ledger heals it: `sealog ledger export` there, `sealog ledger import` here. Where nobody has it, an authority can exclude it.";
    EventRefused, "event-refused", Refused,
        "The ledger's own rules refuse what was to be recorded: every reader would leave it out.",
        "The error names the rule. Nothing was written.";
    EventTampered, "event-tampered", Unverified,
        "What lies in the store under the name of an event is not that event: it was changed or damaged after it was signed.",
        "`sealog verify` shows what builds on it. Any honest copy of the ledger heals it: the id of an event is the hash of its bytes.";
    ExportDamaged, "export-damaged", Unverified,
        "The file of an export was changed or cut short: it does not hold what its first line says.",
        "Export again, or take the file from where it came from once more: every event in it proves itself, so an honest copy is as good as the first.";
    FileUnusable, "file-unusable", Usage,
        "A file that was named on the command line cannot be read or written.",
        "Look at the path and its permissions; the error says what the file system said.";
    GitFailed, "git-failed", Failed,
        "git could not say which commit is checked out.",
        "Is git installed, and does `git status` work here? A folder without a repository is fine.";
    Internal, "internal", Failed,
        "A mistake in sealog itself: something happened that its authors held to be impossible.",
        "What was recorded before stays valid: `sealog verify` tells. Please report the message and the command.";
    KeyEnded, "key-ended", Usage,
        "The key was ended in this ledger: lost, rotated, compromised, or its owner left. It never returns.",
        "Sign with your newer key, or ask for one to be enrolled: `sealog ledger keys request`.";
    KeyExists, "key-exists", Usage,
        "A key was to be made where a file is already. A key is never written over.",
        "Choose another name, or move the file away if nobody needs that key any more.";
    KeyExposed, "key-exposed", Usage,
        "The file of the private key can be read or changed by others than its owner.",
        "Run `chmod 600` on it. If others may have read it, end the key (`sealog ledger keys end`) and enrol a new one.";
    KeyInRepository, "key-in-repository", Usage,
        "A private key was to be made inside a repository, from where it would sooner or later be committed.",
        "Choose a place outside; without one given it is the folder `keys` of sealog's configuration in your home.";
    KeyInUse, "key-in-use", Usage,
        "The key was to be ended as rotated, but it signed in the last 24 hours or holds a claim: what it signs before it hears of its end would count no more.",
        "Let it fall silent for a day, or end its claim. `--cut` ends it all the same; what is lost in between has to be said again.";
    KeyLocked, "key-locked", Usage,
        "The private key is encrypted, and its passphrase was not given or is another one.",
        "Type it when asked, or set SEALOG_KEY_PASSPHRASE where nobody can be asked. A forgotten passphrase is a lost key: another root ends it, and a new one is enrolled.";
    KeyNotEnrolled, "key-not-enrolled", Usage,
        "The ledger does not know the key that was to sign: nobody enrolled it.",
        "`sealog ledger keys request` prints what a root needs to enrol it with `sealog ledger keys add`.";
    KeyNotFound, "key-not-found", Usage,
        "No private key was found where one was named, or none was named and you have none.",
        "`sealog init` makes a key for a new ledger, `sealog ledger keys request` one for a ledger that is there. CI takes it from SEALOG_KEY or SEALOG_KEY_FILE.";
    KeyUnreadable, "key-unreadable", Usage,
        "The private key could not be read or written: the file system said why.",
        "Look at the file and its folder: who owns it, what are its permissions, is the disk full?";
    KeyUnusable, "key-unusable", Usage,
        "What was named as a key is none that can sign: not PEM, not PKCS#8, neither Ed25519 nor P-256, or another key than the public half beside it.",
        "sealog signs with Ed25519 or ECDSA P-256 keys in PKCS#8 PEM form: `openssl genpkey -algorithm ed25519` makes one, `openssl pkcs8 -topk8` converts older forms.";
    KeysSeveral, "keys-several", Usage,
        "Several private keys could sign and nothing says which.",
        "Name one: `--key <file>`, or SEALOG_KEY_NAME with the file's name without `.pem`.";
    LedgerBehind, "ledger-behind", Unverified,
        "The store does not show events that this machine has verified before. Somebody deleted or hides them, or an old copy was put in place.",
        "Do not trust what is shown until the events are back. A colleague's copy, or a backup, has them: `sealog ledger export` there, `sealog ledger import` here.";
    LedgerNotFound, "ledger-not-found", Usage,
        "There is no ledger at the address that was given, or at the one that the project names.",
        "`sealog init` makes one. Elsewhere than in `.sealog/ledger` its address is said by `ledger:` in sealog.yaml, or with `--ledger`.";
    LedgersSeveral, "ledgers-several", Unverified,
        "The store holds the beginnings of several ledgers, and nothing says which one is meant.",
        "Compare the ids with a colleague's, then pin the right one: `trust:` in sealog.yaml, or `--trust`.";
    LevelUnknown, "level-unknown", Unverified,
        "The roots of the ledger went on to a level of the format that this version of sealog does not know.",
        "Use a newer sealog. What was written before that stays readable: `--at <event>`.";
    MemoryDamaged, "memory-damaged", Usage,
        "What this machine remembers of the ledger cannot be read, so it cannot tell whether the ledger is behind.",
        "Move the named file away; the next command meets the ledger anew and says so.";
    NeedsAnswer, "needs-answer", Usage,
        "The command has a question, and nobody is there to answer it: standard input or standard error is not a terminal.",
        "Answer with the command; the error names the flag.";
    NoHome, "no-home", Usage,
        "There is no folder for keys and for what this machine remembers of ledgers.",
        "Set HOME, or SEALOG_HOME to a folder that lasts.";
    NoProject, "no-project", Usage,
        "The command needs a project, and there is none here: no `sealog.yaml` or `atmos.yaml` in this folder or above it, or it cannot be read.",
        "Go into the project's folder. A project begins with a file `sealog.yaml`; it may be empty.";
    NotAnExport, "not-an-export", Usage,
        "The file that was named was not written by `sealog ledger export`.",
        "Name the file that `sealog ledger export <file>` wrote.";
    NotBuilt, "not-built", Usage,
        "An image that is needed was never built: the ledger has no build of it.",
        "`sealog build` builds it, `sealog record build` records what another pipeline built.";
    NotFound, "not-found", Usage,
        "Something was named that does not exist: a deployment, a target, a component, a release, an event.",
        "The error lists what there is, or the command that does.";
    NotPermitted, "not-permitted", Refused,
        "Something other than the rules of the policy forbids it: the release was withdrawn or refused, a key is suspended, authorities are in dispute.",
        "The error names what stands in the way, and who wrote it.";
    NotReadBack, "not-read-back", Unreachable,
        "The store took the event, but shows something else in its place.",
        "Run the command again: an event that is there already is not recorded twice. If it happens again, the store is not one that a ledger can live in.";
    NothingToReturnTo, "nothing-to-return-to", Refused,
        "A rollback needs a release that succeeded on the target before, by a rollout that was permitted and that nobody undid.",
        "`sealog history` shows what succeeded there. Any other release goes there by `sealog rollout --release`, with the target's rules.";
    OnHold, "on-hold", Refused,
        "Somebody put a hold on the target, the deployment or the release.",
        "The error says who and why. `sealog hold lift` ends it, by who may.";
    OpenFinding, "open-finding", OpenFindings,
        "The ledger is intact, but something in it broke a rule and nobody else has looked at it yet.",
        "Somebody else than who wrote it looks at it and closes it with `sealog review`. It stays in the history for ever, reviewed or not.";
    OutputFailed, "output-failed", Failed,
        "The answer could not be written to standard output, for instance because the disk is full. What the command did before is done.",
        "Make room and ask again; `sealog ledger log` shows whether something was recorded.";
    PinNotMet, "pin-not-met", Unverified,
        "The place does not hold the ledger that you pinned, or that this machine knows from there; or the authority that you want to trust is not in force there.",
        "Look whether the address is right. A new ledger in the old place is nothing that sealog believes by itself: compare the new id with colleagues, then change `trust:`.";
    PlanOutdated, "plan-outdated", Refused,
        "What was shown above the question is not what is there now: something else runs on the target that a rollback was for, or somebody else changed who may do what.",
        "Nothing was done. Run the command again and look at what it shows now.";
    PolicyNotMet, "policy-not-met", Refused,
        "The policy of the target asks for something that is not there yet: approvals, tests, time on another target, a window.",
        "The error lists each rule with what was found. `sealog ledger policy show` shows the policy itself.";
    ReleaseWithdrawn, "release-withdrawn", Refused,
        "The release was withdrawn, and what was withdrawn is not made again: the same content is the same release.",
        "Change what was wrong, build and release anew.";
    ReportUnreadable, "report-unreadable", Usage,
        "A file that was to be recorded is not there, or is not what it should be: no JUnit report, another manifest.",
        "The error names the file and what is wrong with it.";
    RightMissing, "right-missing", Refused,
        "The key has no right to what was to be recorded, there.",
        "`sealog ledger keys list` shows who has which rights. A root gives rights: `sealog ledger propose`.";
    RolloutInterrupted, "rollout-interrupted", Failed,
        "Somebody stopped a rollout, by Ctrl-C or a SIGTERM, before all its components were applied. What was begun came to its end and is recorded.",
        "Go on where it stopped, from any machine: `sealog rollout <deployment> --target <target> --resume`. A second Ctrl-C kills at once; then only the same machine goes on without a take-over.";
    RolloutStopped, "rollout-stopped", Refused,
        "Something was written meanwhile against which a rollout may not go on: another rollout of the target, a take-over, another authority.",
        "`sealog status` shows how the target stands now.";
    StoreDamaged, "store-damaged", Unverified,
        "A file that the store itself keeps, not an event, does not hold what it must.",
        "Any honest copy of the ledger heals it: `sealog ledger export` there and `sealog ledger import` into a new folder.";
    StoreUnreachable, "store-unreachable", Unreachable,
        "The store of the ledger could not be read or written: it is not there, access is denied, the disk is full, the network fails.",
        "The error names the file or address and the cause. Nothing is half written: an event is there whole or not at all. With `--offline` sealog shows what this machine verified last.";
    TargetBusy, "target-busy", Busy,
        "Somebody else is at the target: one rollout at a time. A claim ends when its process does, or when somebody takes it over.",
        "Wait: `--wait --timeout 15m`. Where its process is gone: the same machine goes on by itself, others need the right to `--takeover`.";
    TextWithheld, "text-withheld", Refused,
        "What was to be approved or reviewed carries a text beside its event, and that text was erased or is withheld.",
        "Nobody puts their name to what they could not read. Who wrote it may say it again in a new event.";
    TooLarge, "too-large", Usage,
        "Something is larger than the ledger takes: an event, or a blob that an event names.",
        "Keep large reports elsewhere and record their digest.";
    UnknownCode, "unknown-code", Usage,
        "There is no error of this name.",
        "`sealog explain` without a name lists all of them.";
    Usage, "usage", Usage,
        "The command line was not understood.",
        "`sealog help <command>` shows what the command takes.";
}

impl Code {
    /// Every code, in the order of their words.
    pub fn all() -> Vec<Self> {
        let configuration = config::Code::ALL.iter().map(|code| Self::Configuration(*code));
        let mut all: Vec<Self> = Self::OWN.iter().copied().chain(configuration).collect();
        all.sort_by_key(|code| code.word());
        all
    }

    pub fn from_word(word: &str) -> Option<Self> {
        Self::all().into_iter().find(|code| code.word() == word)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_sorted_unique_and_explained() {
        assert!(Code::OWN.is_sorted_by(|one, next| one.word() < next.word()), "sort the list by word");
        assert!(Code::all().is_sorted_by(|one, next| one.word() < next.word()), "a word stands twice");
        for code in Code::all() {
            assert!(code.word().bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-'), "{code:?}");
            assert!(code.meaning().ends_with('.'), "{code:?}");
            assert!(code.advice().is_none_or(|advice| advice.ends_with(['.', '?'])), "{code:?}");
        }
    }
}
