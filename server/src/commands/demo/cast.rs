//! Who and what the demo workspace is made of: people, the spaces that they share, and what they say.
//! Only texts and facts; what happens to them is the history's.

use spaces_contract::{FeedbackCategory, SpaceRole, Theme, UserRole};

/// The password of everybody in the demo workspace, printed by the command that makes it.
pub(super) const PASSWORD: &str = "lanterns over quiet harbours";

/// Somebody in the demo workspace.
pub(super) struct Person {
    pub email: &'static str,
    pub name: &'static str,
    pub role: UserRole,
    pub bio: &'static str,
    pub timezone: &'static str,
    pub locale: &'static str,
    pub theme: Theme,
    /// How many hours after the first one this person signs up.
    pub after_hours: i64,
}

/// A space that people share.
pub(super) struct Team {
    pub name: &'static str,
    pub description: &'static str,
    pub color: &'static str,
    pub owner: &'static Person,
    pub members: &'static [(&'static Person, SpaceRole)],
    /// What its tasks are about; no two spaces share one.
    pub subjects: [&'static str; 25],
}

static NORA: Person = Person {
    email: "nora.lindqvist@demo.example.org",
    name: "Nora Lindqvist",
    role: UserRole::Admin,
    bio: "Runs the platform, and the choir on Thursdays.",
    timezone: "Europe/Stockholm",
    locale: "sv",
    theme: Theme::Dark,
    after_hours: 0,
};

static PRIYA: Person = Person {
    email: "priya.raman@demo.example.org",
    name: "Priya Raman",
    role: UserRole::User,
    bio: "Product manager of everything with a screen.",
    timezone: "Asia/Kolkata",
    locale: "en-IN",
    theme: Theme::Light,
    after_hours: 1,
};

static CHLOE: Person = Person {
    email: "chloe.martin@demo.example.org",
    name: "Chloé Martin",
    role: UserRole::User,
    bio: "Writes the words and draws the boxes around them.",
    timezone: "Europe/Paris",
    locale: "fr",
    theme: Theme::System,
    after_hours: 2,
};

static JONAS: Person = Person {
    email: "jonas.weber@demo.example.org",
    name: "Jonas Weber",
    role: UserRole::User,
    bio: "On call more often than he would like.",
    timezone: "Europe/Berlin",
    locale: "de",
    theme: Theme::Dark,
    after_hours: 3,
};

static AIKO: Person = Person {
    email: "aiko.tanaka@demo.example.org",
    name: "Aiko Tanaka",
    role: UserRole::User,
    bio: "Makes the app feel fast, and mostly be fast.",
    timezone: "Asia/Tokyo",
    locale: "ja",
    theme: Theme::Light,
    after_hours: 6,
};

static TOMAS: Person = Person {
    email: "tomas.ferreira@demo.example.org",
    name: "Tomás Ferreira",
    role: UserRole::User,
    bio: "Front end, accessibility, coffee.",
    timezone: "Europe/Lisbon",
    locale: "pt",
    theme: Theme::System,
    after_hours: 26,
};

static SAMUEL: Person = Person {
    email: "samuel.okafor@demo.example.org",
    name: "Samuel Okafor",
    role: UserRole::User,
    bio: "Databases. Backups. More backups.",
    timezone: "Africa/Lagos",
    locale: "en-NG",
    theme: Theme::Dark,
    after_hours: 29,
};

static ELIF: Person = Person {
    email: "elif.demir@demo.example.org",
    name: "Elif Demir",
    role: UserRole::User,
    bio: "Tests what the others believe.",
    timezone: "Europe/Istanbul",
    locale: "tr",
    theme: Theme::Light,
    after_hours: 51,
};

/// Everybody, in the order in which they sign up.
pub(super) static PEOPLE: [&Person; 8] = [&NORA, &PRIYA, &CHLOE, &JONAS, &AIKO, &TOMAS, &SAMUEL, &ELIF];

/// The administrator of the deployment, who comes first.
pub(super) static ADMINISTRATOR: &Person = &NORA;

/// Who passes on what the monitoring sees.
pub(super) static ON_CALL: &Person = &JONAS;

/// The space that receives events.
pub(super) static OPERATIONS: Team = Team {
    name: "Platform Operations",
    description: "Keeps everything running, and writes down what did not.",
    color: "#0f766e",
    owner: &NORA,
    members: &[
        (&JONAS, SpaceRole::Admin),
        (&PRIYA, SpaceRole::Member),
        (&SAMUEL, SpaceRole::Member),
        (&CHLOE, SpaceRole::Viewer),
    ],
    subjects: [
        "the backup schedule",
        "the deployment pipeline",
        "the on-call handbook",
        "the alert thresholds",
        "the certificate renewal",
        "the log retention",
        "the staging environment",
        "the database indexes",
        "the cost report",
        "the access reviews",
        "the failover to the second region",
        "the container images",
        "the job queue",
        "the status page",
        "the network rules",
        "the secrets rotation",
        "the dead-letter queue",
        "the capacity forecast",
        "the restore drill",
        "the metrics dashboard",
        "the build cache",
        "the load tests",
        "the incident template",
        "the service catalogue",
        "the time-outs between services",
    ],
};

static MOBILE: Team = Team {
    name: "Mobile App Launch",
    description: "Version 2 on both stores before the summer.",
    color: "#7c3aed",
    owner: &PRIYA,
    members: &[
        (&ELIF, SpaceRole::Admin),
        (&TOMAS, SpaceRole::Member),
        (&AIKO, SpaceRole::Member),
        (&JONAS, SpaceRole::Member),
        (&NORA, SpaceRole::Viewer),
    ],
    subjects: [
        "the sign-in screen",
        "the offline mode",
        "the push notifications",
        "the store listing",
        "the crash reports",
        "the first-run tour",
        "the settings page",
        "the dark theme",
        "the search field",
        "the share sheet",
        "the image cache",
        "the deep links",
        "the beta programme",
        "the translations",
        "the app icon",
        "the accessibility labels",
        "the payment flow",
        "the calendar view",
        "the widget",
        "the tablet layout",
        "the release notes",
        "the feature flags",
        "the feedback form",
        "the battery use",
        "the upgrade from version 1",
    ],
};

static WEBSITE: Team = Team {
    name: "Website Redesign",
    description: "Fewer pages, better words.",
    color: "#c2410c",
    owner: &CHLOE,
    members: &[
        (&TOMAS, SpaceRole::Admin),
        (&AIKO, SpaceRole::Member),
        (&ELIF, SpaceRole::Member),
        (&SAMUEL, SpaceRole::Viewer),
    ],
    subjects: [
        "the home page",
        "the pricing page",
        "the navigation",
        "the customer stories",
        "the contact form",
        "the blog archive",
        "the style guide",
        "the photographs",
        "the footer",
        "the cookie notice",
        "the careers page",
        "the documentation theme",
        "the newsletter sign-up",
        "the redirects",
        "the page titles",
        "the French texts",
        "the German texts",
        "the press kit",
        "the comparison table",
        "the web fonts",
        "the structured data",
        "the site map",
        "the error pages",
        "the analytics",
        "the launch checklist",
    ],
};

/// Every space that is shared.
pub(super) static TEAMS: [&Team; 3] = [&OPERATIONS, &MOBILE, &WEBSITE];

/// What is done to a subject.
pub(super) const ACTIONS: [&str; 16] = [
    "Review",
    "Document",
    "Fix",
    "Plan",
    "Test",
    "Simplify",
    "Measure",
    "Finish",
    "Discuss",
    "Speed up",
    "Clean up",
    "Prototype",
    "Rethink",
    "Check",
    "Estimate",
    "Improve",
];

pub(super) const ON_START: [&str; 6] = [
    "Started; first draft tomorrow.",
    "Looking into it now.",
    "I take this one.",
    "Half of it is easier than we thought.",
    "Is there anything written about how it works today?",
    "Let us keep it small this time.",
];

pub(super) const ON_BLOCK: [&str; 5] = [
    "Waiting for access.",
    "Cannot go on before we have decided who owns it.",
    "Blocked by the release freeze.",
    "The vendor has not answered yet.",
    "Needs a second opinion first.",
];

pub(super) const ON_CLOSE: [&str; 6] = [
    "Done, and noted in the handbook.",
    "Merged and live.",
    "Works on all three machines I tried.",
    "Closed; what is left is a task of its own.",
    "Shipped. Thanks for the review!",
    "Good enough for now; let us look again next quarter.",
];

pub(super) const ON_CANCEL: [&str; 3] = [
    "Not needed any more.",
    "The other task covers it.",
    "We decided against it in the planning.",
];

/// Where events come from: source, type, and what happened.
pub(super) const INCIDENTS: [(&str, &str, &str); 12] = [
    (
        "lambda",
        "Lambda Error",
        "The function failed several times in five minutes.",
    ),
    (
        "lambda",
        "Lambda Throttle",
        "The function reached its concurrency limit.",
    ),
    ("rds", "Database Connections", "The database has few connections left."),
    ("rds", "Slow Query", "A query took longer than two seconds."),
    ("ecs", "Task Stopped", "A container stopped and was started again."),
    (
        "api-gateway",
        "5xx Rate",
        "More than one per cent of the requests failed.",
    ),
    (
        "api-gateway",
        "Latency",
        "The slowest requests took longer than a second.",
    ),
    ("s3", "Access Denied", "A request for an object was refused."),
    ("cloudfront", "Cache Misses", "The hit rate of the cache has dropped."),
    ("sqs", "Queue Depth", "Messages wait longer than usual."),
    ("guardduty", "Unusual Sign-in", "Somebody signed in from a new country."),
    ("backup", "Backup Completed", "The nightly backup has finished."),
];

pub(super) const ACCOUNTS: [&str; 3] = ["111122223333", "444455556666", "777788889999"];

pub(super) const REGIONS: [&str; 4] = ["eu-west-1", "eu-central-1", "us-east-1", "ap-northeast-1"];

/// People outside who are invited, one a week.
pub(super) const OUTSIDERS: [&str; 6] = [
    "marta.kowalska@partner.example",
    "liam.byrne@partner.example",
    "ines.alvarez@agency.example",
    "oskar.nilsen@agency.example",
    "yara.haddad@customer.example",
    "ben.cooper@customer.example",
];

pub(super) const FEEDBACK: [(FeedbackCategory, i32, &str); 10] = [
    (
        FeedbackCategory::Praise,
        5,
        "The dashboards replaced our Monday meeting. Thank you.",
    ),
    (FeedbackCategory::Idea, 4, "Could a task have more than one assignee?"),
    (
        FeedbackCategory::Bug,
        2,
        "The due date moved by a day when I changed my time zone.",
    ),
    (
        FeedbackCategory::Idea,
        4,
        "I would like to see the events of a week in one picture.",
    ),
    (
        FeedbackCategory::Praise,
        5,
        "Invitations just work, also for people outside the company.",
    ),
    (
        FeedbackCategory::Other,
        3,
        "Where do I find out how long events are kept?",
    ),
    (
        FeedbackCategory::Bug,
        3,
        "The comment field lost my text when the train went into a tunnel.",
    ),
    (FeedbackCategory::Idea, 5, "Templates for recurring tasks, please."),
    (
        FeedbackCategory::Praise,
        4,
        "Making a task from an event saves me ten minutes a day.",
    ),
    (FeedbackCategory::Bug, 3, "The list of members is cut off on my phone."),
];
