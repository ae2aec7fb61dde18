// Test kit.
