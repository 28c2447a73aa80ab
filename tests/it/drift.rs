//! Mutations of the contract, applied to a copy of the workspace: each fails `check`, and once generated, each that takes
//! something away from the server or asks something new of it fails the build.
//!
//! The copy builds into a target directory of its own: cargo takes two checkouts of one workspace for the same packages,
//! and would mix up what is fresh.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use spaces_tests::process::{program, target, workspace};

/// One step of drift: a text of the contract and what it becomes, and the compiler's word for the damage.
struct Mutation {
    name: &'static str,
    from: &'static str,
    to: &'static str,
    error: &'static str,
}

const MUTATIONS: [Mutation; 9] = [
    Mutation {
        name: "operation added",
        from: "  /version:\n    get:\n",
        to: "  /colour:\n    get:\n      tags: [System]\n      operationId: getColour\n      summary: The colour\n      \
             description: The colour.\n      security: []\n      responses:\n        '204': { description: None. }\n        \
             '500': { $ref: '#/components/responses/InternalError' }\n  /version:\n    get:\n",
        error: "E0046",
    },
    Mutation {
        name: "operation removed",
        from: "REMOVE rotateInviteCode",
        to: "",
        error: "E0407",
    },
    Mutation {
        name: "documented 404 removed",
        from: "REMOVE 404 of getSpace",
        to: "",
        error: "E0277",
    },
    Mutation {
        name: "response field renamed",
        from: "        memberCount:\n",
        to: "        numberOfMembers:\n",
        error: "E0560",
    },
    Mutation {
        name: "request field made required",
        from: "      required: [name]\n      properties:\n        name: { $ref: '#/components/schemas/SpaceName' }",
        to: "      required: [name, color]\n      properties:\n        name: { $ref: '#/components/schemas/SpaceName' }",
        error: "E0308",
    },
    Mutation {
        name: "response field made required",
        from: "      required: [items]\n",
        to: "      required: [items, nextCursor]\n",
        error: "E0308",
    },
    Mutation {
        name: "type changed",
        from: "          description: For how long the process has been running, in seconds.\n",
        to: "          TYPE\n",
        error: "E0308",
    },
    Mutation {
        name: "role added",
        from: "      operationId: changePassword\n",
        to: "      operationId: changePassword\n      security: [{ bearerAuth: [auditor] }]\n",
        error: "E0004",
    },
    Mutation {
        name: "enum value removed",
        from: "      enum: [members, admins]\n",
        to: "      enum: [admins]\n",
        error: "E0599",
    },
];

#[test]
fn every_drift_of_the_contract_is_stopped() {
    let copy = Copy::make();
    assert!(copy.lockstep("check").status.success(), "the copy itself is clean");
    let contract = std::fs::read_to_string(copy.root.join("openapi.yaml")).unwrap();
    for mutation in &MUTATIONS {
        copy.write(&mutation.apply(&contract));
        let check = copy.lockstep("check");
        assert_eq!(
            check.status.code(),
            Some(1),
            "{}: check says {}",
            mutation.name,
            text(&check)
        );
        assert!(
            text(&check).contains("cargo lockstep generate"),
            "{}: check does not say what to run: {}",
            mutation.name,
            text(&check)
        );

        let generated = copy.lockstep("generate");
        assert!(generated.status.success(), "{}: {}", mutation.name, text(&generated));
        assert!(
            copy.lockstep("check").status.success(),
            "{}: generate makes check clean",
            mutation.name
        );
        let build = copy.build();
        assert!(!build.status.success(), "{}: the server still compiles", mutation.name);
        assert!(
            text(&build).contains(mutation.error),
            "{}: {}",
            mutation.name,
            text(&build)
        );
    }
    copy.write(&contract);
    assert!(copy.lockstep("generate").status.success());
    assert!(copy.build().status.success(), "without a mutation the copy compiles");
}

impl Mutation {
    fn apply(&self, contract: &str) -> String {
        let mutated = match self.name {
            "operation removed" => without(contract, "  /api/spaces/{spaceId}/invite-code:\n", "\nsecurity:\n"),
            "documented 404 removed" => {
                let get_space = contract.find("operationId: getSpace\n").unwrap();
                let (before, after) = contract.split_at(get_space);
                let line = "        '404': { $ref: '#/components/responses/NotFound' }\n";
                format!("{before}{}", after.replacen(line, "", 1))
            }
            "response field renamed" => contract
                .replacen(self.from, self.to, 1)
                .replace("role, memberCount,", "role, numberOfMembers,")
                .replace("          memberCount:", "          numberOfMembers:"),
            "type changed" => {
                let described = contract.find(self.from).unwrap();
                let (before, after) = contract.split_at(described);
                let field = before
                    .rfind("          type: integer\n          format: int64\n")
                    .unwrap();
                let (before, rules) = before.split_at(field);
                let rules = rules.replace(
                    "          type: integer\n          format: int64\n          minimum: 0\n",
                    "",
                );
                format!("{before}          type: string\n{rules}{after}")
                    .replace("examples: [3600]", "examples: ['1 h']")
                    .replace("uptimeSeconds: 3600", "uptimeSeconds: 1 h")
            }
            _ => contract.replacen(self.from, self.to, 1),
        };
        assert_ne!(mutated, contract, "{}: the mutation does not apply", self.name);
        // What breaks others has taken the version step, so that `check` has nothing but the drift to tell.
        mutated.replacen("\n  version: 0.2.0\n", "\n  version: 0.3.0\n", 1)
    }
}

fn without(contract: &str, from: &str, to: &str) -> String {
    let start = contract.find(from).unwrap();
    let end = start + contract[start..].find(to).unwrap();
    format!("{}{}", &contract[..start], &contract[end..])
}

/// A copy of the workspace's sources.
struct Copy {
    root: PathBuf,
    target: PathBuf,
}

impl Copy {
    fn make() -> Self {
        let target = target();
        let root = target.join("drift/workspace");
        let _ = std::fs::remove_dir_all(&root);
        copy_sources(workspace(), &root);
        Self {
            root,
            target: target.join("drift/target"),
        }
    }

    fn write(&self, contract: &str) {
        std::fs::write(self.root.join("openapi.yaml"), contract).unwrap();
    }

    fn lockstep(&self, command: &str) -> Output {
        // The generator of the workspace, on the copy: the copy's own need not be built.
        Command::new(program("lockstep"))
            .arg(command)
            .current_dir(&self.root)
            .output()
            .unwrap()
    }

    fn build(&self) -> Output {
        let mut command = Command::new(env!("CARGO"));
        command.args(["check", "--quiet", "--package", "spaces-server", "--lib"]);
        command
            .current_dir(&self.root)
            .env("CARGO_TARGET_DIR", &self.target)
            .output()
            .unwrap()
    }
}

fn copy_sources(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap().map(Result::unwrap) {
        let name = entry.file_name();
        let skipped = ["target", "node_modules", ".git", "data", "dist"];
        if skipped.contains(&name.to_string_lossy().as_ref()) {
            continue;
        }
        let copy = to.join(&name);
        if entry.file_type().unwrap().is_dir() {
            copy_sources(&entry.path(), &copy);
        } else {
            std::fs::copy(entry.path(), copy).unwrap();
        }
    }
}

fn text(output: &Output) -> String {
    format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )
}
