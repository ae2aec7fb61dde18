// swift-tools-version: 6.2
// Reads top to bottom as the architecture: a target imports only what stands above it.

import PackageDescription

let package = Package(
    name: "fanout",
    platforms: [.macOS(.v15)],
    products: [
        .executable(name: "fanout", targets: ["fanout"]),
        .library(name: "FanoutEngine", targets: ["FanoutJSON", "FanoutEvents", "FanoutEngine"]),
        .library(name: "FanoutTimeline", targets: ["FanoutTimeline"]),
        .library(name: "FanoutAgent", targets: ["FanoutAgent"]),
    ],
    targets: [
        // C libraries: what to install, a module map, a header.
        .systemLibrary(
            name: "CNcursesw",
            providers: [
                .apt([
                    "libncursesw5-dev", "libsimdjson-dev", "libsqlite3-dev", "libcurl4-openssl-dev", "libpq-dev", "libmicrohttpd-dev",
                    "zlib1g-dev",
                ]),
                .brew(["ncurses", "simdjson", "sqlite", "curl", "libpq", "libmicrohttpd", "zlib"]),
            ]),
        .systemLibrary(name: "CSQLite", providers: [.apt(["libsqlite3-dev"]), .brew(["sqlite"])]),
        .systemLibrary(name: "CZlib", providers: [.apt(["zlib1g-dev"]), .brew(["zlib"])]),
        .systemLibrary(name: "CMicrohttpd", providers: [.apt(["libmicrohttpd-dev"]), .brew(["libmicrohttpd"])]),

        // Our own C, each imported by the one Swift target that wraps it.
        .target(
            name: "CNcurses", dependencies: ["CNcursesw"],
            linkerSettings: [.linkedLibrary("ncursesw"), .linkedLibrary("tinfo", .when(platforms: [.linux]))]),
        .target(name: "CCurl", linkerSettings: [.linkedLibrary("dl", .when(platforms: [.linux]))]),
        .target(name: "CPostgres", linkerSettings: [.linkedLibrary("dl", .when(platforms: [.linux]))]),
        .target(name: "CSystem"),
        .target(name: "CSimdjson", linkerSettings: [.linkedLibrary("simdjson")]),

        // Themes as data, embedded.
        .target(
            name: "Themes", path: "Themes",
            resources: [
                .embedInCode("fanout-dark.json"), .embedInCode("fanout-light.json"), .embedInCode("high-contrast.json"),
                .embedInCode("okabe-ito-dark.json"), .embedInCode("okabe-ito-light.json"), .embedInCode("mono.json"),
                .embedInCode("terminal-16.json"), .embedInCode("stage.json"),
            ]),

        // What happened, and what it looks like: events, timeline, frame.
        .target(name: "FanoutJSON", dependencies: ["CSimdjson"]),
        .target(name: "FanoutEvents", dependencies: ["FanoutJSON", "CSystem"]),
        .target(name: "FanoutEngine", dependencies: ["FanoutEvents", "FanoutJSON", "CSystem"]),
        .target(name: "FanoutTimeline", dependencies: ["FanoutEngine", "FanoutEvents", "FanoutJSON"]),

        // The world: models, tools, files, streams.
        .target(name: "FanoutHTTP", dependencies: ["FanoutEvents", "FanoutJSON", "CCurl"]),
        .target(name: "FanoutAgent", dependencies: ["FanoutHTTP", "FanoutEngine", "FanoutEvents", "FanoutJSON"]),
        .target(
            name: "FanoutTools",
            dependencies: ["FanoutHTTP", "FanoutEngine", "FanoutEvents", "FanoutJSON", "CPostgres", "CSQLite", "CSystem"]),
        .target(name: "FanoutSession", dependencies: ["FanoutTimeline", "FanoutEvents", "FanoutJSON", "CSQLite", "CSystem", "CZlib"]),
        .target(name: "FanoutIngest", dependencies: ["FanoutSession", "FanoutEvents", "FanoutJSON", "CSystem"]),

        // What is seen.
        .target(name: "FanoutView", dependencies: ["FanoutTimeline", "FanoutEvents", "FanoutJSON", "Themes", "CSystem"]),
        .target(name: "FanoutStage", dependencies: ["FanoutView", "FanoutTimeline", "FanoutEvents"]),
        .target(name: "FanoutScreen", dependencies: ["FanoutView", "FanoutEvents", "CNcurses", "CSystem"]),

        // The program.
        .target(name: "FanoutDemos", dependencies: ["FanoutAgent", "FanoutTools", "FanoutEngine", "FanoutEvents", "FanoutJSON"]),
        .executableTarget(
            name: "fanout",
            dependencies: [
                "FanoutDemos", "FanoutScreen", "FanoutStage", "FanoutView", "FanoutIngest", "FanoutSession", "FanoutTools", "FanoutAgent",
                "FanoutHTTP",
                "FanoutTimeline", "FanoutEngine", "FanoutEvents", "FanoutJSON", "CSystem",
            ]),
        .executableTarget(
            name: "fanout-benchmarks",
            dependencies: [
                "FanoutView", "FanoutIngest", "FanoutSession", "FanoutTools", "FanoutAgent", "FanoutTimeline", "FanoutEngine",
                "FanoutEvents", "FanoutJSON",
                "CSystem",
            ]),

        // Tests, in the same order.
        .target(
            name: "FanoutTestKit",
            dependencies: [
                "FanoutSession", "FanoutTools", "FanoutAgent", "FanoutView", "FanoutTimeline", "FanoutEngine", "FanoutEvents", "FanoutJSON",
                "CMicrohttpd",
                "CSQLite", "CSystem",
            ], path: "Tests/FanoutTestKit"),
        .testTarget(name: "FanoutJSONTests", dependencies: ["FanoutJSON", "FanoutTestKit"], exclude: ["Fixtures"]),
        .testTarget(name: "FanoutEventsTests", dependencies: ["FanoutEvents", "FanoutJSON", "FanoutTestKit"]),
        .testTarget(name: "FanoutEngineTests", dependencies: ["FanoutEngine", "FanoutEvents", "FanoutJSON", "FanoutTestKit"]),
        .testTarget(
            name: "FanoutTimelineTests",
            dependencies: ["FanoutTimeline", "FanoutSession", "FanoutIngest", "FanoutEvents", "FanoutJSON", "FanoutTestKit"],
            exclude: ["Fixtures"]),
        .testTarget(
            name: "FanoutAgentTests",
            dependencies: [
                "FanoutAgent", "FanoutTools", "FanoutDemos", "FanoutHTTP", "FanoutEngine", "FanoutEvents", "FanoutJSON", "FanoutTestKit",
                "CSystem",
            ],
            exclude: ["Fixtures", "Python"]),
        .testTarget(
            name: "FanoutViewTests", dependencies: ["FanoutView", "FanoutTimeline", "FanoutEvents", "FanoutJSON", "FanoutTestKit"],
            exclude: ["Pictures"]),
        .testTarget(
            name: "FanoutStageTests",
            dependencies: ["FanoutStage", "FanoutView", "FanoutTimeline", "FanoutEvents", "FanoutTestKit"], exclude: ["Pictures"]),
        .testTarget(name: "FuzzTests", dependencies: ["FanoutTestKit"], exclude: ["Corpus"]),
        .executableTarget(
            name: "terminal-probe", dependencies: ["FanoutScreen", "FanoutView", "FanoutEvents"], path: "Tests/TerminalProbe"),
        .testTarget(
            name: "ProgramTests",
            dependencies: [
                "fanout", "terminal-probe", "FanoutAgent", "FanoutScreen", "FanoutView", "FanoutEvents", "FanoutJSON", "FanoutTestKit",
                "CSystem",
            ],
            exclude: ["Fixtures"]),
    ],
    cxxLanguageStandard: .cxx17
)

for target in package.targets where target.type != .system {
    target.swiftSettings = [
        .swiftLanguageMode(.v6),
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    ]
}
